/** How a guard's usage begins: the options are checked, the time is asked for, what was kept is read. */
import { GuardError } from './error.js';
import type { CreateUsage } from './runtime.js';
import type { Host, UsageOptions } from './types.js';
import { HostClock, serverTime } from './usage-clock.js';
import { meterOf, type LiveMeter } from './usage-meter.js';
import { deviceOf, keyOf, load, read } from './usage-store.js';
import { UsageSession } from './usage.js';

/** What a session goes on from. */
export interface Start {
  options: UsageOptions;
  host: Host;
  keys: Uint8Array[];
  subject: string;
  key: string;
  device: string;
  meter: LiveMeter;
  clock: HostClock;
  zone: string;
  /** The server told the time. */
  synced: boolean;
  /** Trusted time of the last contact with the server, 0 if there was none. */
  contact: number;
  damaged: boolean;
}

/** The subject of who says nothing of one. */
const LOCAL = 'local';

/** Starts metering. Rejects with a coded GuardError if the options are wrong. */
export const createUsage: CreateUsage = async (options, host, keys) => {
  check(options, keys);
  const { server } = options;
  const time = server === undefined ? undefined : await serverTime(host, server, keys);
  const subject = options.subject ?? subjectOf(options, keys, time ?? host.now());
  const known = { ...options, subject };
  const key = keyOf(subject);
  const { meter, damaged } = await load(known, host, key);
  const clock = new HostClock(host, meter.live.last);
  if (time !== undefined) {
    clock.anchor(time);
    meter.trust(time);
  }
  const session = new UsageSession({
    options: known, host, keys, subject, key, meter, clock, damaged,
    device: server === undefined ? '' : await deviceOf(host, key),
    zone: meter.live.zone,
    synced: time !== undefined,
    contact: time ?? await contactOf(options, host, key),
  });
  await session.begin();
  return session;
};

/** What the core does not check. */
function check({ server, offline, assertion, renew }: UsageOptions, keys: Uint8Array[]): void {
  if (offline !== undefined && !['allow', 'limit', 'close'].includes(offline)) {
    throw new GuardError('usage/offline', 'offline must be "allow", "limit" or "close"');
  }
  if (server !== undefined && typeof server !== 'string') {
    throw new GuardError('usage/server', 'server must be a URL');
  }
  if (assertion !== undefined && typeof assertion !== 'string') {
    throw new GuardError('usage/assertion', 'an assertion is a string');
  }
  if (renew !== undefined && typeof renew !== 'function') {
    throw new GuardError('usage/options', 'renew is a function');
  }
  if ((assertion !== undefined || renew) && keys.length === 0) {
    throw new GuardError('usage/assertion-key', 'an assertion needs publicKeys to check it with');
  }
}

/** Whom the assertion names, if it holds. */
function subjectOf(options: UsageOptions, keys: Uint8Array[], now: number): string {
  const meter = meterOf(options);
  try {
    return options.assertion === undefined ? LOCAL : meter.identify(options.assertion, keys, now).sub;
  } catch {
    return LOCAL;
  } finally {
    meter.free();
  }
}

/** When the server was last met, for `offline: 'limit'`; 0 if it is not known. */
async function contactOf({ server, offline }: UsageOptions, host: Host, key: string): Promise<number> {
  if (server === undefined || offline !== 'limit') return 0;
  const kept = await read(host, `${key}.contact`);
  const contact = kept ? Number(new TextDecoder().decode(kept)) : 0;
  return Number.isFinite(contact) && contact > 0 ? contact : 0;
}
