/** Taking over new policies: asks where they are delivered, and loads what has changed. */
import { GuardError } from './error.js';
import { digested } from './pack-digest.js';
import type { Guard, Host } from './types.js';

/** The least and the most time between two questions, ms. */
const LEAST_MS = 1_000;
const MOST_MS = 24 * 60 * 60_000;
const DEFAULT_MS = 5 * 60_000;

/** Where new policies come from, and how often they are asked for. */
export interface FollowOptions {
  /** Where the newest revisions are, all packs of the guard in their order: `https://…/v1/policies/NAME.pack`. */
  urls: string[];
  /** Time between two questions, ms, 1 second to 24 hours; default 5 minutes. */
  everyMs?: number;
  /** Packs were loaded: messages opened from now on are judged by them. */
  onUpdate?: () => void;
  /** There was no answer, or what came is refused; the packs in use stay. */
  onError?: (error: GuardError) => void;
  /** Where requests go and what waits; default `fetch` and timers, in mini-programs the platform's. */
  host?: FollowHost;
}

/** What of a host is used. */
export type FollowHost = Pick<Host, 'send' | 'timer'>;

/** Asking for new policies, under way; it ends by itself when the guard is disposed. */
export interface Following {
  /** Asks at once; `true` if packs were loaded. Rejects when they could not be had or are refused. */
  check(): Promise<boolean>;
  /** Asks no more; an answer under way is not loaded. */
  stop(): void;
}

/** What was answered last. */
interface Known {
  tag: string | undefined;
  pack: Uint8Array;
}

/** As `followPolicies`; `defaultHost` is the platform's when the options name none. */
export function followPoliciesOn(guard: Guard, options: FollowOptions, defaultHost: FollowHost): Following {
  const { urls, everyMs = DEFAULT_MS, onUpdate, onError, host = defaultHost } = options;
  if (!Array.isArray(urls) || urls.length === 0 || !(everyMs >= LEAST_MS && everyMs <= MOST_MS)) {
    throw new GuardError('guard/follow', `urls are at least one, everyMs is ${LEAST_MS} to ${MOST_MS}`);
  }
  let known: (Known | undefined)[] = urls.map(() => undefined);
  let isStopped = false;
  let cancel = (): void => {};
  let running: Promise<boolean> | undefined;

  /** What a handler throws is the platform's to report, as of any task; asking goes on. */
  const tell = (handle: () => void): void => {
    try {
      handle();
    } catch (thrown) {
      host.timer(0, () => { throw thrown; });
    }
  };
  const stop = (): void => {
    isStopped = true;
    cancel();
  };
  const update = async (): Promise<boolean> => {
    // Throws once the guard is disposed: then nobody needs to be asked.
    guard.check('');
    const found = await Promise.all(urls.map((url, place) => ask(host, url, known[place])));
    if (isStopped || found.every((one, place) => one === known[place])) return false;
    guard.load(found.map(({ pack }) => pack));
    known = found;
    tell(() => onUpdate?.());
    return true;
  };
  // Two at once would load the older answer last.
  const check = (): Promise<boolean> => (running ??= update().finally(() => (running = undefined)));
  const again = (): void => {
    void check().catch((thrown: unknown) => {
      const error = GuardError.from(thrown);
      if (error.code === 'guard/disposed') stop();
      else tell(() => onError?.(error));
    }).then(() => {
      if (!isStopped) cancel = host.timer(everyMs, again);
    });
  };
  again();
  return { check, stop };
}

async function ask(host: FollowHost, url: string, known: Known | undefined): Promise<Known> {
  const headers: Record<string, string> = known?.tag === undefined ? {} : { 'if-none-match': known.tag };
  const failed = (why: string, cause?: unknown): GuardError => new GuardError('fetch/policy', `${url}: ${why}`, { cause });
  const response = await host.send({ url, method: 'GET', headers }).catch((thrown: unknown) => {
    throw failed('no answer', thrown);
  });
  if (response.status === 304 && known) return known;
  if (response.status !== 200) throw failed(`status ${response.status}`);
  const { body, headers: { etag } } = response;
  // A proxy that drops the tag must not make every answer a new one.
  if (known && isSame(known.pack, body)) return known;
  const [pack = body] = await digested([body]);
  return { tag: etag, pack };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}
