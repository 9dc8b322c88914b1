/** `expectNeverDisplayed`: what a policy forbids must not be on the screen at any moment. */
import { GuardError } from '../error.js';
import { judgeOf, type Engine, type Forbidden, type Hit } from './judge.js';
import { recordOn, type Target } from './targets.js';

/** What of a page is judged. */
export interface WatchOptions {
  /** Selector: only what is under such an element. Default the whole document. */
  root?: string;
  /** Selector of messages: each is also judged as one text, across its paragraphs. */
  messages?: string;
  /** Selector of what is not guarded, such as the user's own words. */
  ignore?: string;
  /**
   * Only what is laid out when a frame is drawn counts, not what was in the document in between:
   * for interfaces that `guard.attach` cleans before paint. Default false.
   */
  onlyPainted?: boolean;
}

/** How much a check judged. */
export interface Seen {
  /** Different texts that were judged, and frames and changes that were looked at, since the last check. */
  texts: number;
  /** Frames that were looked at. */
  frames: number;
  /** Changes that were looked at. */
  mutations: number;
}

/** A watch of one page. */
export interface Watch {
  /** Throws a `DisplayedError` if anything forbidden was there since the last check, and if nothing was seen at all. */
  check(): Promise<Seen>;
  /** Ends the watch without a check. */
  stop(): Promise<void>;
}

/** Something forbidden was displayed; its code is `testing/displayed`. */
export class DisplayedError extends GuardError {
  /** What was displayed, where and when. */
  readonly hits: readonly Hit[];

  /** The message lists the first ten. */
  constructor(hits: Hit[]) {
    super('testing/displayed', `forbidden text was displayed ${hits.length} times\n${hits.slice(0, MAX_LISTED).map(describe).join('\n')}`);
    this.name = 'DisplayedError';
    this.hits = hits;
  }
}

/** Hits that the message of an error lists. */
const MAX_LISTED = 10;
/** Text around a match in the message, UTF-16 units on each side. */
const AROUND = 20;

let watches = 0;

/** Begins a watch. */
export type Watching = (target: Target, forbidden: Forbidden, options?: WatchOptions) => Promise<Watch>;

export function watching(engine: Engine): Watching {
  return async (target, forbidden, { root = '', messages = '', ignore = '', onlyPainted = false } = {}) => {
    const judge = await judgeOf(forbidden, engine);
    watches += 1;
    const options = { name: `__tidegate_watch_${watches}`, root, messages, ignore, onlyPainted };
    const recorded = await recordOn(target, options).catch(async (thrown: unknown) => {
      await judge.dispose();
      throw thrown;
    });
    let before = { frames: 0, mutations: 0 };
    return {
      async check() {
        const { sights, frames, mutations, isFull } = await recorded.drain();
        if (isFull) throw new GuardError('testing/full', 'more text was seen than can be kept: check more often');
        if (sights.length === 0) throw new GuardError('testing/nothing-seen', 'no text was seen, so nothing was checked');
        const hits = sights.flatMap((sight) => judge.hits(sight));
        if (hits.length > 0) throw new DisplayedError(hits);
        // A new document counts anew.
        const since = (now: number, then: number): number => now >= then ? now - then : now;
        const seen = { texts: sights.length, frames: since(frames, before.frames), mutations: since(mutations, before.mutations) };
        before = { frames, mutations };
        return seen;
      },
      async stop() {
        await recorded.stop().finally(() => judge.dispose());
      },
    };
  };
}

function describe({ rule, where, text, match, isPainted, frame }: Hit): string {
  const at = Math.max(0, text.indexOf(match));
  const excerpt = text.slice(Math.max(0, at - AROUND), at + match.length + AROUND);
  return `  ${rule}: ${JSON.stringify(excerpt)} in ${where}, ${isPainted ? 'painted' : 'in the document'}, frame ${frame}`;
}
