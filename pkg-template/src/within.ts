/** Waiting, but not for ever. */
import type { Host } from './types.js';

/** What `promise` gives; `undefined` when it fails or takes longer than `ms`. */
export async function within<T>(host: Pick<Host, 'timer'>, ms: number, promise: Promise<T>): Promise<T | undefined> {
  let cancel = (): void => {};
  const timeout = new Promise<undefined>((resolve) => {
    cancel = host.timer(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise.catch(() => undefined), timeout]);
  } finally {
    cancel();
  }
}
