import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { createElement, type ReactElement } from 'react';
import type { Guard } from 'tidegate';
import { anthropicFetch, guardMessages } from 'tidegate/adapters/anthropic';
import { guardCumulative, guardEventSource, guardReadable, type Shown } from 'tidegate/adapters/generic';
import { guardCompletions, guardResponses, openaiFetch } from 'tidegate/adapters/openai';
import * as react from 'tidegate/adapters/react';
import * as vue from 'tidegate/adapters/vue';
import { h, ref, type VNode } from 'vue';

declare const guard: Guard;

export const openai = new OpenAI({ fetch: openaiFetch(guard) });
export const anthropic = new Anthropic({ fetch: anthropicFetch(guard, { fetch: globalThis.fetch }) });

export async function streams(): Promise<void> {
  const events = await openai.responses.create({ model: 'm', input: 'x', stream: true });
  for await (const event of guardResponses(guard, events)) if (event.type === 'response.output_text.delta') console.log(event.delta);
  const chunks = await openai.chat.completions.create({ model: 'm', messages: [], stream: true });
  for await (const { choices } of guardCompletions(guard, chunks)) console.log(choices[0]?.delta.content);
  const messages = await anthropic.messages.create({ model: 'm', max_tokens: 9, messages: [], stream: true });
  for await (const event of guardMessages(guard, messages)) console.log(event.type);
}

export const shown: Shown = guardCumulative(guard, { id: 'm', channel: 'reasoning' }).update('text', true);
export const readable: ReadableStream<{ t: string }> = new ReadableStream<{ t: string }>().pipeThrough(guardReadable(guard, {
  text: ({ t }) => ({ delta: t, channel: 'title', key: 'a' }), put: (chunk, t) => ({ ...chunk, t }), end: ({ notice }) => ({ t: notice }),
}));
export const close: () => void = guardEventSource(guard, new EventSource('/'), { onText: (text) => console.log(text), onEnd: (ending) => console.log(ending?.notice) });

export function App(): ReactElement {
  const { guard: made, error } = react.useGuard(async () => guard);
  const text = react.useGuardedText(made, 'text', { id: 'm', channel: 'text', isDone: true });
  return createElement(react.GuardedMessage, { guard: made, text: 'text', isDone: false, children: ({ text: safe }) => safe }, text.text, String(error));
}

export function setup(): () => VNode {
  const state = vue.useGuard(async () => guard);
  const text = vue.useGuardedText(() => state.guard, ref('text'), { isDone: () => true });
  return () => h(vue.GuardedMessage, { guard: state.guard, text: text.value.text, isDone: true });
}
