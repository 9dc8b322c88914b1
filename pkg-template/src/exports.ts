/** What every entry exports, whatever its platform. */
export { GuardError } from './error.js';
export { followPolicies } from './follow.js';
export { memoryHost } from './hosts/memory.js';
export { browserHost } from './hosts/browser.js';
export { inspectPack } from './inspect.js';
export { explainHold } from './reasons.js';
export { compilePolicy, publicKey, signPack } from './policy.js';
export type { FollowOptions, Following } from './follow.js';
export type { BrowserHostOptions } from './hosts/browser.js';
export type { MemoryHost, MemoryHostOptions } from './hosts/memory.js';
export type { NodeHostOptions } from './hosts/node.js';
export type * from './types.js';
