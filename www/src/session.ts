/**
 * The guard's life on this page: load the policy, create the guard, replace it
 * when the settings change. While there is no guard, nothing can be asked.
 */
import { browserHost, createGuard, GuardError, init, inspectPack, memoryHost } from 'tidegate';
import type { Guard, Host, PackInfo, Store, UsageOptions } from 'tidegate';
import { findBackend } from './backend.js';
import type { Clock, Settings } from './store.js';

const PACK_URL = '/starter.pack';
const KEY_URL = '/starter.pub';
const REPORTS_URL = '/v1/reports';

export interface Ready { state: 'ready'; guard: Guard; pack: PackInfo }
export type SessionState = { state: 'loading' } | { state: 'failed'; code: string } | Ready;

/** Dispatches `change` whenever `current` is replaced. */
export class Session extends EventTarget {
  current: SessionState = { state: 'loading' };
  host: Host;
  private readonly real = browserHost();
  /** Only the latest `start` may set the state. */
  private turn = 0;
  private policy: Promise<Policy> | undefined;

  constructor(clock?: Clock) {
    super();
    this.host = clock === undefined ? this.real : hostFrom(this.real, clock);
  }

  /**
   * The next `start` is at another time; without a clock, in the present. Used
   * time of a journey is not kept: it would count in the present.
   */
  travel(clock?: Clock): void {
    this.host = clock === undefined ? this.real : hostFrom({ ...this.real, store: journeyStore(this.real.store) }, clock);
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
      // A moved clock is not the server's; without keys there is nothing to check an assertion with.
      const backend = publicKeys && this.host === this.real ? await findBackend(settings) : undefined;
      const guard = await createGuard({
        packs: [pack],
        ...(publicKeys ? { publicKeys: [...publicKeys, ...backend?.publicKeys ?? []] } : {}),
        usage: { ...usageOptions(settings), ...backend?.usage },
        reports: { endpoint: REPORTS_URL, ...(backend ? { token: backend.token } : {}) },
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

function usageOptions({ age, presets }: Settings): UsageOptions {
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
    ...(host.peers ? { peers: host.peers } : {}),
  };
}

/** Keeps used time in memory and everything else where it belongs. */
function journeyStore(store: Store): Store {
  const journey = memoryHost().store;
  const of = (key: string): Store => key.startsWith('usage/') ? journey : store;
  return {
    get: (key) => of(key).get(key),
    set: (key, value) => of(key).set(key, value),
    delete: (key) => of(key).delete(key),
    keys: (prefix) => of(prefix).keys(prefix),
  };
}

/** The stable code of an error, or a code of the page's own. */
export function codeOf(error: unknown): string {
  if (error instanceof GuardError) return error.code;
  return error instanceof TypeError ? 'page/network' : 'page/unexpected';
}
