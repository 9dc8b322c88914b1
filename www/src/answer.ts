/** One turn on the page: what the user said, or an answer with its label and tools. */
import { el } from './dom.js';
import { icon, type IconName } from './icons.js';
import { t, translate, type Key } from './i18n.js';
import { MarkdownView } from './markdown.js';

/** How long "Copied" stays, ms. */
const COPIED_MS = 1_600;

export interface AnswerActions {
  report(answer: Answer): void;
  retry(answer: Answer): void;
  onRender(): void;
}

export type AnswerEnd = 'finished' | 'terminated' | 'retracted' | 'stopped' | 'closed' | 'failed';

/** The user's message, as they typed it. */
export function userTurn(text: string): HTMLLIElement {
  return el('li', { class: 'turn user' },
    el('span', { class: 'visually-hidden', 'data-i18n': 'you' }, t('you')),
    el('div', { class: 'bubble' }, text));
}

export class Answer {
  readonly node: HTMLLIElement;
  /** The message's id, once the first chunk has named it. */
  id: string | undefined;
  private readonly view: MarkdownView;
  private readonly body = el('div', { class: 'prose' });
  private readonly thoughtText = el('p');
  private readonly thoughts = el('details', { class: 'thoughts', hidden: true },
    el('summary', { 'data-i18n': 'thoughts' }, t('thoughts')), this.thoughtText);
  private readonly note = el('div', { class: 'notice', hidden: true });
  private readonly tools = el('div', { class: 'tools', hidden: true });
  private readonly waiting = el('div', { class: 'waiting', role: 'img', 'aria-label': t('thinking') }, el('i'), el('i'), el('i'));
  private readonly article: HTMLElement;

  constructor(private readonly actions: AnswerActions) {
    this.article = el('article', { 'data-i18n-label': 'answer', 'aria-label': t('answer'), 'aria-busy': 'true' },
      el('div', { class: 'answer-head' }, el('span', { class: 'answer-tag', 'data-i18n': 'answerTag' }, t('answerTag'))),
      this.thoughts, this.waiting, this.body, this.note, this.tools);
    this.node = el('li', { class: 'turn answer' }, this.article);
    this.view = new MarkdownView(this.body, () => actions.onRender());
  }

  /** The released text; empty once withdrawn. */
  get text(): string {
    return this.view.source;
  }

  /** Adds to what the model thought before it answered; folded away, plain text. */
  think(released: string): void {
    if (released === '') return;
    this.waiting.remove();
    this.thoughts.hidden = false;
    this.thoughtText.append(released);
    this.actions.onRender();
  }

  append(released: string): void {
    if (released === '') return;
    this.waiting.remove();
    this.article.classList.add('streaming');
    this.view.append(released);
  }

  /** Ends the answer; nothing may be appended afterwards. */
  end(how: AnswerEnd, words?: { notice?: string; code?: string }): void {
    this.waiting.remove();
    this.article.classList.remove('streaming');
    this.article.setAttribute('aria-busy', 'false');
    this.article.dataset['end'] = how;
    if (how === 'retracted') {
      this.view.clear();
      this.thoughts.remove();
    } else {
      this.view.flush();
    }
    this.showNote(how, words);
    this.showTools(how);
    this.actions.onRender();
  }

  /** What a screen reader is told once the answer is complete. */
  get spoken(): string {
    return [this.body.textContent ?? '', this.note.textContent ?? ''].join(' ').trim();
  }

  private showNote(how: AnswerEnd, words?: { notice?: string; code?: string }): void {
    if (how === 'finished') return;
    this.note.hidden = false;
    this.note.classList.add(how);
    if (how === 'terminated' || how === 'retracted') {
      const title: Key = how === 'terminated' ? 'terminatedTitle' : 'retractedTitle';
      this.note.append(icon('shield'), el('div', {},
        el('strong', { 'data-i18n': title }, t(title)),
        words?.notice ? el('p', {}, words.notice) : el('p', { 'data-i18n': 'noticeFallback' }, t('noticeFallback'))));
    } else if (how === 'failed') {
      this.note.append(icon('info'), el('p', {}, t('answerFailed', { code: words?.code ?? '' })));
    } else {
      const key: Key = how === 'stopped' ? 'stoppedByUser' : 'closedMidAnswer';
      this.note.append(icon(how === 'stopped' ? 'stop' : 'clock'), el('p', { 'data-i18n': key }, t(key)));
    }
  }

  private showTools(how: AnswerEnd): void {
    this.tools.hidden = false;
    if (this.text !== '') this.tools.append(this.copyButton());
    this.tools.append(tool('flag', 'report', () => this.actions.report(this)));
    if (how === 'failed') this.tools.append(tool('retry', 'retry', () => this.actions.retry(this)));
  }

  private copyButton(): HTMLButtonElement {
    const button = tool('copy', 'copy', () => {
      void copyLabelled(this.text).then((done) => {
        const words = button.querySelector('span');
        if (!words) return;
        words.setAttribute('data-i18n', done ? 'copied' : 'copyFailed');
        button.querySelector('svg')?.replaceWith(icon(done ? 'check' : 'copy'));
        translate(button);
        setTimeout(() => {
          words.setAttribute('data-i18n', 'copy');
          button.querySelector('svg')?.replaceWith(icon('copy'));
          translate(button);
        }, COPIED_MS);
      });
    });
    return button;
  }
}

function tool(glyph: IconName, key: Key, run: () => void): HTMLButtonElement {
  const button = el('button', { type: 'button', class: 'tool', 'data-tool': key }, icon(glyph), el('span', { 'data-i18n': key }, t(key)));
  button.addEventListener('click', run);
  return button;
}

/** Copies `text` with the label line that copied AI-generated content has to carry. */
async function copyLabelled(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(`${text.trimEnd()}\n\n${t('copyLabel')}\n`);
    return true;
  } catch {
    return false;
  }
}
