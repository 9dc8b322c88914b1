/**
 * The guard's life on this page: load the policy, create the guard, replace it
 * when the settings change. While there is no guard, nothing can be asked.
 */
import { browserHost, createGuard, GuardError, init, inspectPack } from 'tidegate';
import type { Guard, Host, PackInfo, UsageOptions } from 'tidegate';
import type { Age, Clock, Settings } from './store.js';

export const USAGE_PRESET = 'cn_minor_mode_2024';
const PACK_URL = '/starter.pack';
const KEY_URL = '/starter.pub';
const REPORTS_URL = '/v1/reports';

export interface Ready { state: 'ready'; guard: Guard; pack: PackInfo }
export type SessionState = { state: 'loading' } | { state: 'failed'; code: string } | Ready;

/** Dispatches `change` whenever `current` is replaced. */
export class Session extends EventTarget {
  current: SessionState = { state: 'loading' };
  readonly host: Host;
  /** Only the latest `start` may set the state. */
  private turn = 0;
  private policy: Promise<Policy> | undefined;

  constructor(clock?: Clock) {
    super();
    this.host = clock === undefined ? browserHost() : hostFrom(browserHost(), clock);
  }

  /** Creates the guard for these settings, in place of an earlier one. */
  async start(settings: Settings): Promise<void> {
    const turn = ++this.turn;
    const before = this.current;
    this.set({ state: 'loading' });
    try {
      if (before.state === 'ready') await before.guard.dispose();
      this.policy ??= loadPolicy();
      const { pack, publicKeys } = await this.policy;
      const guard = await createGuard({
        packs: [pack],
        ...(publicKeys ? { publicKeys } : {}),
        usage: usageOptions(settings.age),
        reports: { endpoint: REPORTS_URL },
        host: this.host,
        locale: settings.locale,
      });
      if (turn !== this.turn) return await guard.dispose();
      this.set({ state: 'ready', guard, pack: inspectPack(pack) });
    } catch (error) {
      this.policy = undefined;
      if (turn === this.turn) this.set({ state: 'failed', code: codeOf(error) });
    }
  }

  private set(next: SessionState): void {
    this.current = next;
    this.dispatchEvent(new Event('change'));
  }
}

interface Policy { pack: Uint8Array; publicKeys?: string[] }

async function loadPolicy(): Promise<Policy> {
  const [, pack, key] = await Promise.all([init({ compiler: false }), fetch(PACK_URL), fetch(KEY_URL)]);
  if (!pack.ok) throw new GuardError('page/policy-missing', `${PACK_URL} answered ${pack.status}`);
  const bytes = new Uint8Array(await pack.arrayBuffer());
  // Only a missing key means "unsigned build"; any other failure fails closed.
  if (key.status === 404) return { pack: bytes };
  if (!key.ok) throw new GuardError('page/key-missing', `${KEY_URL} answered ${key.status}`);
  return { pack: bytes, publicKeys: [(await key.text()).trim()] };
}

function usageOptions(age: Age): UsageOptions {
  const presets = [USAGE_PRESET];
  if (age === 'adult') return { presets, age: 18 };
  if (age === 'unknown') return { presets, assume: 'minor' };
  return { presets, age };
}

/** A host whose wall clock starts at `clock.now` and runs `clock.speed` times as fast. */
function hostFrom(host: Host, clock: Clock): Host {
  const begin = host.monotonic();
  const passed = (): number => (host.monotonic() - begin) * clock.speed;
  return {
    now: () => clock.now + passed(),
    monotonic: () => begin + passed(),
    random: (bytes) => host.random(bytes),
    store: host.store,
    send: (request) => host.send(request),
    timer: (ms, run) => host.timer(ms / clock.speed, run),
    signals: (listen) => host.signals(listen),
  };
}

/** The stable code of an error, or a code of the page's own. */
export function codeOf(error: unknown): string {
  if (error instanceof GuardError) return error.code;
  return error instanceof TypeError ? 'page/network' : 'page/unexpected';
}
