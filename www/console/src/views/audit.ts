/** Who did what, for administrators. */
import { el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import type { AuditEntry, Page } from '../api-types.js';
import { count, timeOf } from '../format.js';
import { emptyState, Panel, reason } from '../panel.js';
import { table, tableRow, type Column } from '../table.js';
import { brief, whole } from '../text.js';
import type { View } from '../view.js';
import { say } from '../words.js';

const PAGE_ROWS = 100;

export class AuditView implements View {
  readonly node = el('div');
  readonly #panel = new Panel();

  show(): void {
    if (!api.may('admin')) {
      this.node.replaceChildren(emptyState(say('adminsOnly')));
      return;
    }
    this.node.replaceChildren(el('p', { class: 'lead' }, say('auditText')), this.#panel.node);
    void this.#panel.load((signal) => api.audit({ limit: PAGE_ROWS }, signal), (page) => draw(page));
  }

  close(): void {
    this.#panel.close();
  }
}

function draw({ rows, next }: Page<AuditEntry>): Node[] {
  if (rows.length === 0) return [emptyState(say('noAudit'))];
  const { box, body } = table(say('auditCaption'), columns(), rows);
  const older = el('button', { type: 'button', hidden: next === null }, say('more'));
  let after = next;
  older.addEventListener('click', () => {
    older.disabled = true;
    void api.audit({ limit: PAGE_ROWS, ...(after === null ? {} : { after }) }).then((page) => {
      body.append(...page.rows.map((row) => tableRow(columns(), row)));
      after = page.next;
      older.hidden = after === null;
    }, (error) => announce(reason(error), true)).finally(() => { older.disabled = false; });
  });
  return [box, el('p', { class: 'under' }, older)];
}

function columns(): Column<AuditEntry>[] {
  return [
    { head: '#', kind: 'main', cell: ({ seq }) => count(seq) },
    { head: say('time'), cell: ({ at_ms }) => timeOf(at_ms) },
    { head: say('by'), cell: ({ by }) => brief(by) },
    { head: say('action'), cell: ({ action }) => el('span', { class: 'action' }, brief(action)) },
    { head: say('about'), cell: ({ about }) => whole(about) },
    { head: say('hash'), kind: 'aside', cell: ({ hash }) => el('span', { class: 'code', title: hash }, hash.slice(0, 12)) },
  ];
}
