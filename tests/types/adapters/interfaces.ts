/** The adapters of chat interfaces against the types of the real packages. */
import { DeepSeekChatProvider, OpenAIChatProvider, XRequest, useXChat, type XModelMessage, type XModelParams, type XModelResponse } from '@ant-design/x-sdk';
import type { ChatModelAdapter } from '@assistant-ui/core';
import { useChat, type ChatServiceConfig, type TdChatProps } from '@tdesign-react/chat';
import { useChat as useVueChat, type ChatServiceConfig as VueServiceConfig } from '@tdesign-vue-next/chat';
import type { DeepChat } from 'deep-chat';
import type { Guard } from 'tidegate';
import { guardProvider } from 'tidegate/adapters/ant-design-x';
import { guardModel } from 'tidegate/adapters/assistant-ui';
import { guardConnect } from 'tidegate/adapters/deep-chat';
import { guardService } from 'tidegate/adapters/tdesign';

declare const guard: Guard;

type Chunk = Partial<Record<string, XModelResponse>>;
const request = XRequest<XModelParams, Chunk, XModelMessage>('/v1/chat/completions', { manual: true, params: { stream: true } });
export const provider: OpenAIChatProvider<XModelMessage, XModelParams, Chunk> = guardProvider(guard, new OpenAIChatProvider<XModelMessage, XModelParams, Chunk>({ request }));
export const thinking = guardProvider(guard, new DeepSeekChatProvider<XModelMessage, XModelParams, Chunk>({ request }));
export const chat = useXChat({ provider });
// @ts-expect-error: no provider
guardProvider(guard, request);

declare const model: ChatModelAdapter;
export const guarded: ChatModelAdapter = guardModel(guard, model);
// @ts-expect-error: a model runs
guardModel(guard, {});

export const connect: NonNullable<DeepChat['connect']> = guardConnect(guard, async (body: unknown, signal) => {
  console.log(body, signal.aborted);
  return new ReadableStream<string>();
}, { error: (thrown) => String(thrown) });
// @ts-expect-error: pieces are strings
guardConnect(guard, async () => new ReadableStream<Uint8Array>());

const config: ChatServiceConfig = {
  endpoint: '/chat',
  onRequest: ({ prompt }) => ({ body: JSON.stringify({ prompt }) }),
  onMessage: ({ data }) => ({ type: 'markdown', data: String(data) }),
};
const { chatEngine } = useChat({ chatServiceConfig: config });
export const service: ChatServiceConfig = guardService(guard, config, { isLast: ({ data }) => data === '[DONE]', stop: () => chatEngine.abortChat() });
export const props: Pick<TdChatProps, 'chatServiceConfig'> = { chatServiceConfig: service };
// @ts-expect-error: an answer that does not tell its end would never show what is held
guardService(guard, config, { stop: () => {} });

const vueConfig: VueServiceConfig = { endpoint: '/chat', onMessage: ({ data }) => ({ type: 'markdown', data: String(data) }) };
const { chatEngine: vueEngine } = useVueChat({
  chatServiceConfig: guardService(guard, vueConfig, { isLast: ({ data }) => data === '[DONE]', stop: () => vueEngine.value?.abortChat() }),
  defaultMessages: [],
});
