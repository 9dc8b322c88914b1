/**
 * The public interface as its users write it. It is compiled, not run: a change
 * of the published types that would break them fails here.
 */
import OpenAI from 'openai';
import {
  GuardError, browserHost, compilePolicy, createGuard, followPolicies, init, inspectPack, memoryHost, nodeHost, publicKey, signPack,
  type Action, type Channel, type Complaint, type Following, type FollowOptions, type Guard, type GuardOptions, type Host, type Message, type MessageState,
  type InitOptions, type Outcome, type PackInfo, type Policy, type PolicyRule, type Reminder, type ReportOptions, type ReportStats, type Signal, type Usage,
  type UsageOptions, type UsageStatus, type Verdict,
} from 'tidegate';
import { ReminderDialog, UsageBadge, UsageOverlay, defineElements } from 'tidegate/elements';
import * as inline from 'tidegate/inline';

type View = 'tight' | 'joined' | 'leet' | 'sound' | 'pattern' | 'score';

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function fact<T extends true>(): T | undefined {
  return undefined;
}

fact<Same<Action, 'flag' | 'mask' | 'replace' | 'terminate' | 'retract'>>();
fact<Same<MessageState, 'open' | 'finished' | 'terminated' | 'retracted'>>();
fact<Same<Verdict, { rule: string; risk: string; action: Action; start: number; end: number; view: View }>>();
fact<Same<PolicyRule['views'], Exclude<View, 'pattern' | 'score'>[] | undefined>>();
fact<Same<typeof inline.createGuard, typeof createGuard>>();
fact<Same<typeof inline.init, typeof init>>();

export async function everything(): Promise<void> {
  await init();
  await init({ wasm: new URL('https://x.test/tidegate_bg.wasm') });
  await init({ wasm: fetch('/tidegate_bg.wasm') });
  await init({ compiler: false });
  await init({ compiler: { wasm: '/compiler.wasm', tables: fetch('/tables.bin') } });
  const files: InitOptions = { wasm: new Uint8Array(), compiler: { tables: new Uint8Array() } };
  await inline.init(files);

  const policy: Policy = {
    policy: 'example', revision: 12, notice: { 'zh-CN': '停', en: 'stop' },
    rules: [
      { id: 'a', risk: 'x_gambling', action: 'mask', terms: ['x'], mask: '＊' },
      { id: 'b', risk: 'a2_gender', action: 'retract', all: [['x'], ['y']], within: 12, views: ['tight'], channels: ['text'], severity: 4 },
      { id: 'c', risk: 'x_gambling', terms: ['x'], unless: ['z'], within: 0, score: 3, jurisdictions: ['cn'] },
      { id: 'd', risk: 'a2_gender', action: 'flag', all: [['x']], any: ['y', 'z'], within: 'sentence' },
      { id: 'e', risk: 'a4_personal_info', action: 'mask', pattern: '\\d{4}', check: 'luhn' },
      { id: 'f', risk: 'a4_personal_info', action: 'mask', detect: 'cn-id-card' },
      { id: 'g', risk: 'x_gambling', action: 'replace', detect: 'link', hosts: { deny: ['a.example'] } },
    ],
    actions: { x_gambling: 'mask' },
    score: { limit: 10, action: 'retract' },
    allow: ['y'],
  };
  const pack: Uint8Array = compilePolicy(policy);
  const seed = new Uint8Array(32);
  const signed: Uint8Array = signPack(pack, seed);
  const info: PackInfo = inspectPack(signed);
  const usage: UsageOptions = {
    presets: ['cn/chat'], age: 15, assume: 'minor', subject: 'pseudonym', assertion: 'a.b.c', renew: async () => 'a.b.c', idleMs: 60_000, zone: '+01:00',
    server: 'https://x.test', offline: 'limit',
    calendar: { years: [{ year: 2026, status: 'official', source: 'x', holidays: [['2026-05-01', '2026-05-05']], makeup: ['2026-05-09'] }] },
  };
  const reports: ReportOptions = { endpoint: '/v1/reports', token: async () => 't', evidence: 'none' };
  const guard: Guard = await createGuard({
    packs: [signed], publicKeys: [publicKey(seed), 'base64url'], usage, reports, host: browserHost(), locale: 'zh-CN', jurisdiction: 'cn',
  });
  const off: GuardOptions = { packs: [pack], usage: false, reports: false, host: nodeHost({ directory: '/tmp/x' }) };

  const message: Message = guard.message({ id: 'm', channel: 'reasoning' });
  const outcome: Outcome = message.push('x');
  const { text, verdicts, state, held, notice }: Outcome = message.finish();
  const shown: string = text + (notice ?? '') + state + String(held) + outcome.text;
  const verdict: Verdict | undefined = verdicts[0] ?? guard.check(shown)[0];
  const stream: TransformStream<string, string> = guard.stream({ channel: 'text', onOutcome: ({ text }) => text });
  const detach: () => void = guard.attach(document.body, { messages: '.bubble', onVerdict: ({ verdict, element }) => void [verdict.rule, element.id] });
  guard.attach(document.body.attachShadow({ mode: 'open' }))();
  detach();
  guard.load([pack]);
  const follow: FollowOptions = { urls: ['https://x.test/v1/policies/a.pack'], everyMs: 60_000, onUpdate() {}, onError: ({ code }) => code, host: memoryHost() };
  const following: Following = followPolicies(guard, follow);
  const hasLoaded: boolean = await following.check();
  following.stop();

  const status: UsageStatus = guard.usage.status();
  const opens: number | null = status.opensAt;
  guard.usage.addEventListener('change', (event) => (event as CustomEvent<UsageStatus>).detail.state);
  guard.usage.addEventListener('reminder', (event) => guard.usage.acknowledge((event as CustomEvent<Reminder>).detail));
  const wait: number = opens === null ? 0 : opens - status.now;
  const words: string[] = [...status.deny, ...status.require, status.zone, status.day, status.identity, status.calendar ?? '', String(wait)];
  guard.usage.identify(words.join());
  guard.usage.exit();
  defineElements();
  const overlay: UsageOverlay | null = document.querySelector('tidegate-usage-overlay');
  const elements = [overlay ?? new UsageOverlay(), document.createElement('tidegate-usage-badge'), new ReminderDialog(), new UsageBadge()];
  for (const element of elements) element.usage = guard.usage;
  elements[0]?.refresh();
  const complaint: Complaint = { message: message.id, category: 'harmful', text: 'x' };
  const { id } = await guard.reports.submit(complaint);
  await guard.reports.flush();
  const stats: ReportStats = guard.reports.stats();
  await guard.dispose();

  const drop: typeof fetch = guard.fetch;
  const client = new OpenAI({ apiKey: 'x', fetch: guard.fetch });
  await inline.init();
  await inline.createGuard(off);
  void [info, verdict, stream, opens, id, stats, drop, client];
}

export async function clocks(): Promise<void> {
  const host = memoryHost({ now: 0, send: async () => ({ status: 200, headers: {}, body: new Uint8Array() }) });
  await host.advance(1_000);
  host.jump(-1_000);
  host.signal('hidden');
  const own: Host = { ...host, signals: (listen: (signal: Signal) => void) => (listen('visible'), () => {}) };
  void own;
}

export function failures(thrown: unknown): string {
  if (!(thrown instanceof GuardError)) return '';
  const opensAt: number | null | undefined = thrown.opensAt;
  return thrown.code + String(opensAt);
}

export async function refused(guard: Guard, channel: Channel, usage: Usage): Promise<void> {
  // @ts-expect-error a guard without a policy shows nothing
  await createGuard({});
  // @ts-expect-error not a channel
  guard.message({ channel: 'smoke' });
  // @ts-expect-error a delta is text
  guard.message({ channel }).push(new Uint8Array());
  // @ts-expect-error not an action
  compilePolicy({ policy: 'x', rules: [{ id: 'a', risk: 'x', action: 'explode', terms: ['x'] }] });
  // @ts-expect-error a score ends a message, it does not mask
  compilePolicy({ policy: 'x', rules: [], score: { limit: 1, action: 'mask' } });
  // @ts-expect-error hosts are denied or all but some are
  compilePolicy({ policy: 'x', rules: [{ id: 'a', risk: 'x', detect: 'link', hosts: {} }] });
  // @ts-expect-error not a built-in pattern
  compilePolicy({ policy: 'x', rules: [{ id: 'a', risk: 'x', detect: 'ssn' }] });
  // @ts-expect-error outcomes are told, not set
  guard.message().state = 'open';
  void usage;
}
