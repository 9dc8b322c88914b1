/**
 * One answer of a model, as adapters guard it: many texts, told apart by a key,
 * which end together. What is said twice, in pieces and as a whole, is judged
 * both times.
 */
import { guardStrings } from '../chat.js';
import { GuardError } from '../error.js';
import { GuardedJson, type Text } from '../json-text.js';
import type { Channel, Guard, Message, MessageState, Outcome } from '../types.js';

/** Most texts of an answer that are open at one time. */
const MAX_OPEN_TEXTS = 512;
/** Longest id of an answer, UTF-16 units; longer ones are cut. */
const MAX_ID_UNITS = 200;
/** Names made by machines, such as `call_1a2b` or `image/svg+xml`. */
const IDENTIFIER = /^[\w.:|/@+=-]{1,200}$/;

/** How the policy ended an answer. */
export interface Ending {
  /** `retracted`: take back what the answer showed. */
  state: Extract<MessageState, 'terminated' | 'retracted'>;
  /** What to tell the user. */
  notice: string;
}

export class GuardedAnswer {
  readonly #guard: Guard;
  readonly #texts = new Map<string, Text>();
  #id: string | undefined;
  #ending: Ending | undefined;

  /** Answers of one id end together and stay ended; without one, it gets its own. */
  constructor(guard: Guard, id?: string) {
    this.#guard = guard;
    this.name(id);
  }

  /** Set once the policy ended the answer: nothing more may be shown of it. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  get id(): string {
    this.#id ??= newId(this.#guard);
    return this.#id;
  }

  /** Takes the id that a server gives, unless the answer began already. */
  name(id: unknown): void {
    if (typeof id === 'string' && id !== '') this.#id ??= id.slice(0, MAX_ID_UNITS);
  }

  /** Adds to the text `key`; `json`: it is JSON, whose strings are judged as they will be read. */
  push(key: string, channel: Channel, delta: string, json = false): string {
    if (this.#ending) return '';
    let text = this.#texts.get(key);
    if (!text) {
      if (this.#texts.size >= MAX_OPEN_TEXTS) throw new GuardError('fetch/too-many', `more than ${MAX_OPEN_TEXTS} open texts`);
      text = json ? new GuardedJson(() => this.#open(channel)) : this.#open(channel);
      this.#texts.set(key, text);
    }
    return text.push(delta);
  }

  /** Decides what the text `key` holds, and closes it. */
  finish(key: string): string {
    const text = this.#texts.get(key);
    this.#texts.delete(key);
    return text && !this.#ending ? text.finish() : '';
  }

  /** The texts that are open, oldest first. */
  get open(): string[] {
    return [...this.#texts.keys()];
  }

  /** Forgets what is held: it is never shown. */
  drop(): void {
    this.#texts.clear();
  }

  /** Judges a text that came in one piece. */
  whole(channel: Channel, text: string): string {
    if (this.#ending) return '';
    const message = this.#open(channel);
    const shown = message.push(text) + message.finish();
    return this.#ending ? '' : shown;
  }

  /** Judges every string of a value, names of fields too, each as a text of its own. */
  strings(channel: Channel, value: unknown): unknown {
    return guardStrings(value, (text) => this.whole(channel, text));
  }

  /** Whether no rule would change or end a string of the value; ends nothing. For what must not be altered. */
  isIntact(channel: Channel, value: unknown): boolean {
    let intact = true;
    guardStrings(value, (text) => {
      const message = this.#guard.message({ channel });
      intact &&= message.push(text).text + message.finish().text === text;
      return text;
    });
    return intact;
  }

  #open(channel: Channel): Text {
    const message = this.#guard.message({ id: this.id, channel });
    this.#end(message);
    return {
      push: (delta) => this.#take(message.push(delta)),
      finish: () => this.#take(message.finish()),
    };
  }

  /** A message whose id was ended before is ended from the start. */
  #end(message: Message): void {
    if (message.state !== 'open') this.#take(message.finish());
  }

  #take({ text, state, notice = '' }: Outcome): string {
    if ((state === 'terminated' || state === 'retracted') && !this.#ending) {
      this.#ending = { state, notice };
      this.drop();
    }
    return text;
  }
}

/** `undefined` unless it is a name made by a machine. */
export function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) ? value : undefined;
}

/** An id that no other answer has. */
function newId(guard: Guard): string {
  const message = guard.message();
  message.finish();
  return message.id;
}
