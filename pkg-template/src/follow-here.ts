/** Taking over new policies where there is `fetch`. */
import { followPoliciesOn, type Following, type FollowOptions } from './follow.js';
import { send, timer } from './hosts/common.js';
import type { Guard } from './types.js';

/**
 * Asks for the newest packs at once and then again and again, with `If-None-Match`, and loads them
 * between messages when one has changed. Signatures and revisions are checked as by `guard.load`.
 */
export function followPolicies(guard: Guard, options: FollowOptions): Following {
  return followPoliciesOn(guard, options, { send, timer });
}
