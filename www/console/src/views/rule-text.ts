/** What a rule says, as the policy pack has it. Its author is the provider, but it is shown as if it were a stranger. */
import { el } from '../../../src/dom.js';
import * as api from '../api.js';
import type { HostList, RulePattern, RuleText, TermList } from '../api-types.js';
import { facts, type Fact } from '../facts.js';
import { count } from '../format.js';
import { emptyState, Panel } from '../panel.js';
import { whole } from '../text.js';
import { nameOf, riskName } from '../vocabulary.js';
import { say } from '../words.js';

/** How many there are: a rule that names none judges all of them. */
const CHANNELS = 8;

export class RuleTextCard {
  readonly node = el('section', { class: 'card', 'aria-labelledby': 'rule-text' });
  readonly #panel = new Panel();

  show(policy: string, revision: string, rule: string): void {
    this.#panel.node.replaceChildren();
    this.node.replaceChildren(el('h3', { id: 'rule-text' }, say('ruleSays', { revision })), this.#panel.node);
    void this.#panel.load(async (signal) => {
      try {
        return await api.ruleText(policy, revision, rule, signal);
      } catch (error) {
        if (error instanceof api.Failure && error.status === 404) return null;
        throw error;
      }
    }, (text) => text === null ? emptyState(say('ruleTextGone')) : draw(text));
  }

  close(): void {
    this.#panel.close();
  }
}

function draw(text: RuleText): Node[] {
  const looks = text.pattern ? patternFacts(text.pattern) : termFacts(text);
  return [facts([...whatHappens(text), ...looks]), el('p', { class: 'hint' }, say('ruleTextHint'))];
}

function whatHappens(text: RuleText): Fact[] {
  const put = text.mask ?? text.with;
  return [
    [say('risk'), whole(riskName(text.risk))],
    [say('action'), el('span', {}, el('span', { class: 'action' }, nameOf('action', text.action)), ...put === undefined ? [] : [' ', whole(put)])],
    [say('severity'), text.severity === 0 ? undefined : whole(text.severity)],
    [say('ruleScore'), text.score === 0 ? undefined : whole(text.score)],
    [say('escalation'), text.call === undefined ? undefined : el('span', { class: 'tag bad' }, nameOf('escalation', text.call))],
    [say('channel'), text.call !== undefined ? say('direction_input') : text.channels.length === CHANNELS ? say('all') : whole(text.channels.join(', '))],
    [say('jurisdictions'), text.jurisdictions.length === 0 ? undefined : whole(text.jurisdictions.join(', '))],
  ];
}

function termFacts({ groups, views, within, unless }: RuleText): Fact[] {
  const near = within === 'sentence' ? say('inSentence') : within === undefined ? undefined : say('withinUnits', { units: within });
  return [
    [say('view'), views.join(', ')],
    ...groups.map((group, index): Fact => [groups.length === 1 ? say('terms') : say('termGroup', { number: index + 1 }), list(group.terms, group.total)]),
    [say('near'), near],
    ...unlessFacts(unless),
  ];
}

function unlessFacts(unless: (TermList & { within: number }) | undefined): Fact[] {
  return unless === undefined ? [] : [[say('unless', { units: unless.within }), list(unless.terms, unless.total)]];
}

function patternFacts({ source, is_cut, detect, check, hosts }: RulePattern): Fact[] {
  return [
    [say('pattern'), el('span', {}, ...detect === undefined ? [] : [whole(detect), ': '], el('code', {}, whole(is_cut ? `${source}…` : source)))],
    [say('patternCheck'), check === undefined ? undefined : whole(check)],
    ...hostFacts(hosts),
  ];
}

function hostFacts(hosts: HostList | undefined): Fact[] {
  return hosts === undefined ? [] : [[say(`hosts_${hosts.kind}`), list(hosts.names, hosts.total)]];
}

/** Some of them, and how many there are. */
function list(shown: string[], total: number): HTMLElement {
  const items = shown.map((one) => el('li', {}, whole(one)));
  if (total > shown.length) items.push(el('li', { class: 'quiet-text' }, say('andMore', { count: count(total - shown.length) })));
  return el('ul', { class: 'plain' }, ...items);
}
