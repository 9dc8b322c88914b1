/** `tidegate/miniprogram`: the same guard in WeChat, Douyin and Alipay. */
import { startOnce } from '../core.js';
import { createGuardOn } from '../guard.js';
import { GuardError } from '../error.js';
import { followPoliciesOn, type Following, type FollowOptions } from '../follow.js';
import { alipay } from '../hosts/alipay.js';
import { douyin } from '../hosts/douyin.js';
import { hostOf, type MiniHost } from '../hosts/mini.js';
import { promised, type Platform, type PlatformName } from '../hosts/platform.js';
import { wechat } from '../hosts/wechat.js';
import type { Guard, GuardOptions } from '../types.js';
import { chatOn, type Chat, type ChatHandlers, type ChatRequest } from './chat.js';
import { loader } from './engine.js';
import { fillEntropy, type RandomSource } from './entropy.js';

export { GuardError } from '../error.js';
export { memoryHost } from '../hosts/memory.js';
export { inspectPack } from '../inspect.js';
export { guardChat } from './chat.js';
export { createFeeder } from './feeder.js';
export { guardEvents, guardTexts } from './texts.js';
export { TextDecoder as Utf8Decoder } from './utf8.js';
export type { Following, FollowOptions } from '../follow.js';
export type { MiniHost } from '../hosts/mini.js';
export type { PlatformName } from '../hosts/platform.js';
export type { Chat, ChatEnd, ChatHandlers, ChatRequest, GuardedChat } from './chat.js';
export type { Feeder, FeederOptions } from './feeder.js';
export type * from '../types.js';

/** What `init` cannot find out by itself. */
export interface MiniInitOptions {
  /** Where it runs; default: found out by `tt`, `my`, `wx`. */
  platform?: PlatformName;
  /** Absolute path of `tidegate.wasm.br` in the code package; default where WeChat's npm puts it, elsewhere `/tidegate/tidegate.wasm.br`. */
  wasm?: string;
  /** Strong random bytes, where the platform has none (Alipay): from the product's server, say. */
  random?: RandomSource;
}

const PLATFORMS: Record<PlatformName, () => Platform> = { wechat, douyin, alipay };

let current: Platform | undefined;
let host: MiniHost | undefined;

/** Loads the core; once is enough. Rejects with `init/…` or `host/random`; a later call tries again. */
export async function init({ platform = platformHere(), wasm, random }: MiniInitOptions = {}): Promise<void> {
  const make = PLATFORMS[platform];
  if (!make) throw new GuardError('init/platform', `there is no platform ${String(platform)}`);
  if (current?.name !== platform) {
    current = make();
    host = undefined;
  }
  const here = current;
  await fillEntropy(random ?? ((length) => platformBytes(here, length)));
  // Not made warm, as in a page: an engine without a JIT would only do everything twice.
  await startOnce(loader(here, wasm ?? here.wasmPath));
}

/** Creates a guard; rejects with a coded error when it could not guard. */
export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, miniHost);
}

/**
 * Asks for the newest packs at once and then again and again, with `If-None-Match`, and loads them
 * between messages when one has changed. Signatures and revisions are checked as by `guard.load`.
 */
export function followPolicies(guard: Guard, options: FollowOptions): Following {
  return followPoliciesOn(guard, options, miniHost());
}

/** The platform's host; one for all guards, so that a touch counts for each. */
export function miniHost(): MiniHost {
  host ??= hostOf(platform());
  return host;
}

/** The user touched the page: bind it to `touchstart` of the page's root, or nobody is taken to be there. */
export function touched(): void {
  miniHost().signal('input');
}

/**
 * Sends a chat completion request and shows its guarded answer as it comes, or
 * whole where the client cannot stream. Throws `usage/exit` when the user's own
 * words ask for the end, and `usage/closed` while the service is closed.
 */
export function requestChat(guard: Guard, request: ChatRequest, handlers: ChatHandlers): Chat {
  return chatOn(platform(), guard, request, handlers);
}

function platform(): Platform {
  if (!current) throw new GuardError('init/not-ready', 'await init() first');
  return current;
}

declare const tt: unknown;
declare const my: unknown;
declare const TTWebAssembly: unknown;
declare const MYWebAssembly: unknown;

/** WeChat last: others have a `wx` too. In a Worker only WebAssembly tells. */
function platformHere(): PlatformName {
  if (typeof tt === 'object' || typeof TTWebAssembly === 'object') return 'douyin';
  return typeof my === 'object' || typeof MYWebAssembly === 'object' ? 'alipay' : 'wechat';
}

async function platformBytes({ api }: Platform, length: number): Promise<ArrayBuffer> {
  if (!api.getRandomValues) throw new Error('it has no getRandomValues; give init() a source `random`');
  return (await promised(api.getRandomValues, { length })).randomValues;
}
