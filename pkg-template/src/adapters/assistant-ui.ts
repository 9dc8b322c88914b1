/** `tidegate/adapters/assistant-ui`: for the `ChatModelAdapter` of `useLocalRuntime`. With `useChatRuntime` take the AI SDK's transport. */
import type { Guard } from '../types.js';
import { GuardedAnswer } from './answer.js';
import { guardCumulative, type Cumulative } from './generic.js';
import { hear } from './hear.js';

/** A part of a message that goes on. */
export interface ShownPart {
  /** Which of the two. */
  type: 'text' | 'reasoning';
  /** What may be shown of it so far. */
  text: string;
}

/** One state of an answer. */
export interface ShownResult {
  /** All that may be shown; at the end of an answer that the policy ended, the notice too. */
  content: ShownPart[];
  /** Absent while more may come. */
  status?: { type: 'complete'; reason: 'stop' } | { type: 'incomplete'; reason: 'content-filter' };
}

/** What `guardModel` uses of a result: parts of other types do not go on. */
interface Result {
  /** The parts so far. */
  readonly content?: readonly { readonly type: string; readonly text?: unknown }[] | undefined;
}

/** What `guardModel` uses of a `ChatModelAdapter`; `O`: the options of a run. */
export interface ModelLike<O> {
  /** Answers: in states of the whole, or at once. */
  run(options: O): Promise<Result> | AsyncGenerator<Result, void>;
}

const REFUSED = { type: 'incomplete', reason: 'content-filter' } as const;

/** Guards a `ChatModelAdapter`. Text and reasoning go on; tools, sources, files and metadata do not. */
export function guardModel<O>(guard: Guard, model: ModelLike<O>): { run(options: O): AsyncGenerator<ShownResult, void> } {
  return {
    async* run(options) {
      hear(guard, wordsOf(options));
      const answer = new Answer(guard);
      for await (const { content = [] } of resultsOf(model, options)) {
        const { shown, isEnded } = answer.update(content, false);
        yield isEnded ? { content: shown, status: REFUSED } : { content: shown };
        if (isEnded) return;
      }
      const { shown, isEnded } = answer.update(answer.last, true);
      yield { content: shown, status: isEnded ? REFUSED : { type: 'complete', reason: 'stop' } };
    },
  };
}

/** The texts of an answer, which are given whole each time, by their place. */
class Answer {
  last: NonNullable<Result['content']> = [];
  readonly #guard: Guard;
  readonly #id: string;
  readonly #texts: Cumulative[] = [];

  /** Throws `usage/closed` while the service is closed. */
  constructor(guard: Guard) {
    this.#guard = guard;
    this.#id = new GuardedAnswer(guard).id;
  }

  update(content: NonNullable<Result['content']>, isDone: boolean): { shown: ShownPart[]; isEnded: boolean } {
    this.last = content;
    const judged = content.flatMap(({ type, text }) => type === 'text' || type === 'reasoning' ? [{ type, text: String(text) } as const] : [])
      .map(({ type, text }, place) => {
        this.#texts[place] ??= guardCumulative(this.#guard, { id: this.#id, channel: type });
        return { type, ...this.#texts[place].update(text, isDone) };
      });
    const ended = judged.find(({ notice }) => notice !== undefined);
    const isRetracted = judged.some(({ state }) => state === 'retracted');
    const shown: ShownPart[] = isRetracted ? [] : judged.map(({ type, text }) => ({ type, text }));
    if (ended) shown.push({ type: 'text', text: ended.notice ?? '' });
    return { shown, isEnded: ended !== undefined };
  }
}

async function* resultsOf<O>(model: ModelLike<O>, options: O): AsyncGenerator<Result, void> {
  const given = await model.run(options);
  if (Symbol.asyncIterator in given) yield* given;
  else yield given;
}

/** What the user wrote last, of the messages that a run is given. */
function wordsOf(options: unknown): string {
  const { messages = [] } = options as { messages?: readonly { role?: string; content?: readonly { type: string; text?: string }[] }[] };
  const last = messages.at(-1);
  return last?.role === 'user' ? (last.content ?? []).map(({ text = '' }) => text).join('\n') : '';
}
