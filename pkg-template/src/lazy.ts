/** A guard that is made when it is first needed; until it is there, nothing is asked and nothing is shown. */
import type { Guard, StreamOptions } from './types.js';

/** A guard to be. */
export interface LazyGuard {
  /** Makes the guard if nobody has asked before; again after a failure. Call it early, such as when a user begins to write. */
  ready(): Promise<Guard>;
  /** As `guard.fetch`: asks once the guard is there, and rejects as making it did. */
  fetch: typeof fetch;
  /** As `guard.stream()`: takes nothing until the guard is there, and fails as making it did. */
  stream(options?: StreamOptions): ReadableWritablePair<string, string>;
  /** Disposes of the guard, if one was made; `ready()` then makes another. */
  dispose(): Promise<void>;
}

/** Puts off `create` until it is asked for. */
export function lazyGuard(create: () => Promise<Guard>): LazyGuard {
  let made: Promise<Guard> | undefined;
  const ready = (): Promise<Guard> => {
    if (made) return made;
    const making = (async () => create())();
    made = making;
    making.catch(() => {
      if (made === making) made = undefined;
    });
    return making;
  };
  return {
    ready,
    fetch: async (input, init) => (await ready()).fetch(input, init),
    stream: (options) => later(ready().then((guard) => guard.stream(options))),
    async dispose() {
      const guard = made;
      made = undefined;
      await (await guard?.catch(() => undefined))?.dispose();
    },
  };
}

/** A pair that takes and gives nothing until the one that is promised is there. */
function later(promised: Promise<ReadableWritablePair<string, string>>): ReadableWritablePair<string, string> {
  const reader = promised.then(({ readable }) => readable.getReader());
  const writer = promised.then(({ writable }) => writable.getWriter());
  // Whoever reads or writes is told.
  for (const end of [reader, writer]) end.catch(() => {});
  return {
    readable: new ReadableStream({
      async pull(controller) {
        const { done, value } = await (await reader).read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => (await reader).cancel(reason),
    }, { highWaterMark: 0 }),
    writable: new WritableStream({
      write: async (delta) => (await writer).write(delta),
      close: async () => (await writer).close(),
      abort: async (reason) => (await writer).abort(reason),
    }),
  };
}
