/**
 * Brings text to `setData`, which crosses to another thread each time: at most
 * once in a frame interval, and only what changed.
 */
import { GuardError } from '../error.js';

/** How often the page is set. */
export interface FeederOptions {
  /** Shortest time between two calls, ms; default 50, at least 16. */
  frameMs?: number;
}

/** Changes of a page's data, gathered. */
export interface Feeder {
  /** Puts `value` at a path of the data, such as `messages[3].text`. */
  set(path: string, value: unknown): void;
  /** Adds to the text that was put at `path`. */
  append(path: string, text: string): void;
  /** Sends at once what waits. */
  flush(): void;
  /** From `onUnload`: nothing is sent any more, not what waits either. */
  stop(): void;
}

const FRAME_MS = 50;
const LEAST_FRAME_MS = 16;

/**
 * Gathers what is set, and gives it to `setData` once in `frameMs`. Throws `feeder/frame` when that
 * is less than 16.
 */
export function createFeeder(setData: (changes: Record<string, unknown>) => void, { frameMs = FRAME_MS }: FeederOptions = {}): Feeder {
  if (!(frameMs >= LEAST_FRAME_MS)) throw new GuardError('feeder/frame', `frameMs is at least ${LEAST_FRAME_MS}`);
  /** What the page has, so that what does not change it is not sent. */
  const shown: Record<string, unknown> = {};
  let waiting: Record<string, unknown> = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const flush = (): void => {
    if (isStopped) return;
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    const changes = waiting;
    const paths = Object.keys(changes);
    waiting = {};
    if (paths.length === 0) return;
    for (const path of paths) shown[path] = changes[path];
    setData(changes);
  };
  const set = (path: string, value: unknown): void => {
    if (isStopped) return;
    if (value === shown[path]) delete waiting[path];
    else waiting[path] = value;
    if (timer === undefined && Object.keys(waiting).length > 0) timer = setTimeout(flush, frameMs);
  };
  return {
    set,
    append(path, text) {
      const before = path in waiting ? waiting[path] : shown[path];
      set(path, String(before ?? '') + text);
    },
    flush,
    stop() {
      isStopped = true;
      if (timer !== undefined) clearTimeout(timer);
    },
  };
}
