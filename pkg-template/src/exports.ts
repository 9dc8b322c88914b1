/** What every entry exports, whatever its platform. */
export { GuardError } from './error.js';
export { followPolicies } from './follow-here.js';
export { memoryHost } from './hosts/memory.js';
export { browserHost } from './hosts/browser.js';
export { inspectPack } from './inspect.js';
export { explainHold } from './reasons.js';
export { lazyGuard } from './lazy.js';
export { loadInWorker } from './load-in-worker.js';
export { LoadedPacks } from './loaded.js';
export { compilePolicy, publicKey, signPack } from './policy.js';
export type { FollowOptions, Following } from './follow.js';
export type { BrowserHostOptions } from './hosts/browser.js';
export type { LazyGuard } from './lazy.js';
export type { WorkerLoadOptions } from './load-in-worker.js';
export type { MemoryHost, MemoryHostOptions } from './hosts/memory.js';
export type { NodeHostOptions } from './hosts/node.js';
export type * from './types.js';
