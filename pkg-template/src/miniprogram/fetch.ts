/**
 * In place of `fetch.ts`: mini-programs have no `fetch`, streams or responses.
 * `guard.fetch` says so; what it would be made of serves `guardChat`.
 */
import type { ChatContext } from '../chat-events.js';
import { GuardError } from '../error.js';

const contexts = new WeakMap<object, ChatContext>();

export function createFetch(context: ChatContext): typeof fetch {
  const refuse = (): Promise<never> => Promise.reject(new GuardError('host/platform', 'mini-programs have no fetch: use requestChat() or guardChat()'));
  contexts.set(refuse, context);
  return refuse;
}

/** What a chat needs of the guard whose `fetch` this is. */
export function contextOf(guard: { readonly fetch: unknown }): ChatContext {
  const context = contexts.get(Object(guard).fetch as object);
  if (!context) throw new GuardError('guard/options', 'this is no guard of tidegate/miniprogram');
  return context;
}
