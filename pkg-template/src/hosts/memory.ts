/** A host without a platform, for tests: time passes when told to. */
import type { Host, HostRequest, HostResponse, Signal } from '../types.js';
import { MemoryStore, random } from './common.js';

/** How a test begins. */
export interface MemoryHostOptions {
  /** Wall clock at the start, ms since the epoch; default Monday 2 March 2026, noon in Beijing. */
  now?: number;
  /** Answers requests; default: there is no network. */
  send?: (request: HostRequest) => Promise<HostResponse>;
}

/** A host whose time, network and signals a test decides. */
export interface MemoryHost extends Host {
  /** Both clocks go on by `ms`; timers that become due run in order. */
  advance(ms: number): Promise<void>;
  /** Only the wall clock moves, as when a user sets it; `ms` may be negative. */
  jump(ms: number): void;
  /** As if the page had sent it. */
  signal(signal: Signal): void;
}

const NOON_IN_BEIJING = Date.UTC(2026, 2, 2, 4);
/** Turns of the microtask queue after each timer. */
const TURNS = 20;

/** A host for tests: both clocks stand until `advance`, values are kept in memory. */
export function memoryHost({ now = NOON_IN_BEIJING, send = noNetwork }: MemoryHostOptions = {}): MemoryHost {
  let wall = now;
  let monotonic = 0;
  const timers = new Set<{ due: number; run: () => void }>();
  const listeners = new Set<(signal: Signal) => void>();

  const goTo = (instant: number): void => {
    wall += instant - monotonic;
    monotonic = instant;
  };
  const nextDue = (until: number): { due: number; run: () => void } | undefined => {
    let next: { due: number; run: () => void } | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  };

  return {
    now: () => wall,
    monotonic: () => monotonic,
    random,
    store: new MemoryStore(),
    send,
    timer(ms, run) {
      const timer = { due: monotonic + Math.max(0, ms), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    signals(listen) {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
    async advance(ms) {
      const until = monotonic + ms;
      await settle();
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        goTo(Math.max(monotonic, timer.due));
        timer.run();
        await settle();
      }
      goTo(Math.max(monotonic, until));
      // Work that left the microtask queue, such as a stream, catches up.
      await new Promise((resolve) => setTimeout(resolve, 0));
      await settle();
    },
    jump(ms) {
      wall += ms;
    },
    signal(signal) {
      for (const listen of [...listeners]) listen(signal);
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

async function noNetwork(): Promise<HostResponse> {
  throw new TypeError('this host has no network');
}
