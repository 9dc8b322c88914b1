/** The conversation: what was said, what is being answered, and the requests between. */
import { GuardError, type Guard } from 'tidegate';
import { Answer, userTurn, type AnswerEnd } from './answer.js';
import { t } from './i18n.js';
import type { Scroller } from './scroller.js';
import { codeOf } from './session.js';
import { readChunks, type GuardNote } from './sse.js';

const COMPLETIONS_URL = '/v1/chat/completions';
const MODEL = 'tidegate-demo';
/** Most messages of the conversation that are sent along with a question. */
const MAX_HISTORY = 40;

interface Exchange { question: string; answer: Answer; ended?: AnswerEnd }

export interface ChatParts {
  turns: HTMLElement;
  welcome: HTMLElement;
  announcer: HTMLElement;
  scroller: Scroller;
  /** The guard of the moment; `undefined` while there is none. */
  guard(): Guard | undefined;
  /** Runs when an answer starts and when it ends. */
  onBusy(): void;
  onReport(answer: Answer): void;
}

/** Why a message was not sent. */
export type Refusal = 'blocked' | 'closed' | 'busy';

export class Chat {
  private exchanges: Exchange[] = [];
  private running: AbortController | undefined;

  constructor(private readonly parts: ChatParts) {}

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Checks `question` and sends it; says why when it was not sent. */
  send(guard: Guard, question: string): Refusal | undefined {
    if (this.busy) return 'busy';
    if (guard.usage.status().state === 'closed') return 'closed';
    const verdicts = guard.check(question);
    if (verdicts.some(({ action }) => action === 'terminate' || action === 'retract')) return 'blocked';
    this.parts.turns.append(userTurn(question));
    this.ask(guard, question);
    return undefined;
  }

  /** Stops the running answer, as the user asked. */
  stop(): void {
    this.running?.abort();
  }

  /** Starts over. */
  clear(): void {
    this.stop();
    this.exchanges = [];
    this.parts.turns.replaceChildren();
    this.parts.announcer.textContent = '';
    this.parts.welcome.hidden = false;
  }

  private ask(guard: Guard, question: string): void {
    const answer = new Answer({
      report: (which) => this.parts.onReport(which),
      retry: (which) => this.retry(which),
      onRender: () => this.parts.scroller.grown(),
    });
    const exchange: Exchange = { question, answer };
    const history = this.history();
    this.exchanges.push(exchange);
    this.parts.welcome.hidden = true;
    this.parts.turns.append(answer.node);
    this.parts.scroller.toEnd();
    void this.run(guard, exchange, [...history, { role: 'user', content: question }]);
  }

  private retry(answer: Answer): void {
    const guard = this.parts.guard();
    if (!guard) return;
    const index = this.exchanges.findIndex((exchange) => exchange.answer === answer);
    const [exchange] = this.busy || index < 0 ? [] : this.exchanges.splice(index, 1);
    if (!exchange) return;
    answer.node.remove();
    this.ask(guard, exchange.question);
  }

  private async run(guard: Guard, exchange: Exchange, messages: unknown[]): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    this.parts.onBusy();
    const { answer } = exchange;
    let how: AnswerEnd = 'finished';
    let words: { notice?: string; code?: string } = {};
    try {
      const note = await this.stream(guard, answer, messages, controller.signal);
      if (note?.state === 'terminated' || note?.state === 'retracted') how = note.state;
      if (note?.notice) words = { notice: note.notice };
      // Ended without a verdict: not the text, the time was up.
      if (how === 'terminated' && !note?.verdicts?.length && guard.usage.status().state === 'closed') how = 'closed';
    } catch (error) {
      const code = error instanceof GuardError ? error.code : undefined;
      if (controller.signal.aborted || code === 'usage/exit') how = 'stopped';
      else if (code === 'usage/closed') how = 'closed';
      else [how, words] = ['failed', { code: codeOf(error) }];
    }
    exchange.ended = how;
    // A new chat may have begun meanwhile; its state is not ours to touch.
    const current = this.running === controller;
    if (current) this.running = undefined;
    answer.end(how, words);
    if (!answer.node.isConnected) return;
    this.parts.announcer.textContent = `${t('answer')}: ${answer.spoken}`;
    if (current) this.parts.onBusy();
  }

  /** Shows what the guard releases; resolves to the guard's note on how the answer ended. */
  private async stream(guard: Guard, answer: Answer, messages: unknown[], signal: AbortSignal): Promise<GuardNote | undefined> {
    const response = await guard.fetch(COMPLETIONS_URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ model: MODEL, stream: true, messages }),
      signal,
    });
    if (!response.ok || !response.body) throw new GuardError(`http/${response.status}`, 'no answer');
    let note: GuardNote | undefined;
    for await (const chunk of readChunks(response.body)) {
      answer.id ??= chunk.id;
      if (chunk.tidegate?.state) note = chunk.tidegate;
      const delta = chunk.choices?.[0]?.delta;
      answer.think(delta?.reasoning_content ?? '');
      answer.append(delta?.content ?? '');
    }
    return note;
  }

  /** What was said so far; a withdrawn answer leaves with its question. */
  private history(): { role: string; content: string }[] {
    return this.exchanges
      .filter(({ answer, ended }) => ended !== undefined && ended !== 'failed' && answer.text !== '')
      .flatMap(({ question, answer }) => [
        { role: 'user', content: question }, { role: 'assistant', content: answer.text },
      ])
      .slice(-MAX_HISTORY);
  }
}
