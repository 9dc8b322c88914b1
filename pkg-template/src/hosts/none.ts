/** Stands in for the host of a platform that this is not. */
import { GuardError } from '../error.js';
import type { Host } from '../types.js';
import type { NodeHostOptions } from './node.js';

/** The host of a Node process; elsewhere it throws `host/platform`. */
export function nodeHost(_options: NodeHostOptions = {}): Host {
  throw new GuardError('host/platform', 'nodeHost() needs Node; in a page use browserHost()');
}
