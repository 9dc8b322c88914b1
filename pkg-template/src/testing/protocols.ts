/** An answer in the events of each protocol, as its servers send them. */

/** What the model is made to say; absent parts are not sent. */
export interface MockAnswer {
  /** What the model says; absent: nothing. */
  text?: string;
  /** What it thinks aloud, which is sent first. */
  reasoning?: string;
  /** A call of a tool; the input is sent as JSON. */
  tool?: { name: string; input: unknown };
}

export interface MockEvent {
  event?: string;
  data: unknown;
  /** Says that a text, or all, is over. */
  isEnd?: boolean;
}

/** Whose events: chat completions, Responses, Anthropic's Messages, UI messages of the AI SDK. */
export type MockProtocol = 'openai' | 'responses' | 'anthropic' | 'ai-sdk';
type Cut = (text: string) => string[];
type Writing = (answer: MockAnswer, cut: Cut) => Generator<MockEvent>;

export const PROTOCOLS: Readonly<Record<MockProtocol, Writing>> = {
  openai: chatCompletions,
  responses,
  anthropic: messages,
  'ai-sdk': uiMessages,
};

const CREATED = 1_700_000_000;

function* chatCompletions({ text, reasoning, tool }: MockAnswer, cut: Cut): Generator<MockEvent> {
  const chunk = (delta: object, finish: string | null = null): MockEvent => ({
    data: {
      id: 'chatcmpl-mock', object: 'chat.completion.chunk', created: CREATED, model: 'mock',
      choices: [{ index: 0, delta, finish_reason: finish }],
    },
    isEnd: finish !== null,
  });
  yield chunk({ role: 'assistant', content: '' });
  for (const piece of pieces(reasoning, cut)) yield chunk({ reasoning_content: piece });
  for (const piece of pieces(text, cut)) yield chunk({ content: piece });
  if (tool) {
    yield chunk({ tool_calls: [{ index: 0, id: 'call_mock', type: 'function', function: { name: tool.name, arguments: '' } }] });
    for (const piece of cut(JSON.stringify(tool.input))) yield chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
  }
  yield chunk({}, tool ? 'tool_calls' : 'stop');
  yield { data: '[DONE]', isEnd: true };
}

function* responses({ text, reasoning, tool }: MockAnswer, cut: Cut): Generator<MockEvent> {
  let number = 0;
  const say = (type: string, fields: object, isEnd = false): MockEvent => {
    const data = { type, sequence_number: number, ...fields };
    number += 1;
    return { event: type, data, isEnd };
  };
  const response = (status: string, output: unknown[]): object => ({
    response: { id: 'resp_mock', object: 'response', created_at: CREATED, status, model: 'mock', output },
  });
  const output: unknown[] = [];
  /** One item: what begins it, its pieces, and what says all of it again. */
  function* item(begun: object, whole: object, inner: (place: { item_id: string; output_index: number }) => Generator<MockEvent>): Generator<MockEvent> {
    const output_index = output.length;
    const item_id = `item_mock_${output_index}`;
    yield say('response.output_item.added', { output_index, item: { id: item_id, ...begun } });
    yield* inner({ item_id, output_index });
    output.push({ id: item_id, ...whole });
    yield say('response.output_item.done', { output_index, item: output[output_index] }, true);
  }
  yield say('response.created', response('in_progress', []));
  if (reasoning !== undefined) {
    const part = { type: 'reasoning_text', text: reasoning };
    yield* item({ type: 'reasoning', summary: [], content: [] }, { type: 'reasoning', summary: [], content: [part] }, function* inner(place) {
      const at = { ...place, content_index: 0 };
      yield say('response.content_part.added', { ...at, part: { ...part, text: '' } });
      for (const delta of cut(reasoning)) yield say('response.reasoning_text.delta', { ...at, delta });
      yield say('response.reasoning_text.done', { ...at, text: reasoning }, true);
      yield say('response.content_part.done', { ...at, part }, true);
    });
  }
  if (text !== undefined) {
    const said = { type: 'message', role: 'assistant' };
    const part = { type: 'output_text', text, annotations: [] };
    yield* item({ ...said, status: 'in_progress', content: [] }, { ...said, status: 'completed', content: [part] }, function* inner(place) {
      const at = { ...place, content_index: 0 };
      yield say('response.content_part.added', { ...at, part: { ...part, text: '' } });
      for (const delta of cut(text)) yield say('response.output_text.delta', { ...at, delta });
      yield say('response.output_text.done', { ...at, text }, true);
      yield say('response.content_part.done', { ...at, part }, true);
    });
  }
  if (tool) {
    const call = { type: 'function_call', call_id: 'call_mock', name: tool.name };
    const input = JSON.stringify(tool.input);
    yield* item({ ...call, status: 'in_progress', arguments: '' }, { ...call, status: 'completed', arguments: input }, function* inner(place) {
      for (const delta of cut(input)) yield say('response.function_call_arguments.delta', { ...place, delta });
      yield say('response.function_call_arguments.done', { ...place, name: tool.name, arguments: input }, true);
    });
  }
  yield say('response.completed', response('completed', output), true);
}

function* messages({ text, reasoning, tool }: MockAnswer, cut: Cut): Generator<MockEvent> {
  const say = (type: string, fields: object, isEnd = false): MockEvent => ({ event: type, data: { type, ...fields }, isEnd });
  let index = 0;
  function* block(begun: object, deltas: object[]): Generator<MockEvent> {
    yield say('content_block_start', { index, content_block: begun });
    for (const delta of deltas) yield say('content_block_delta', { index, delta });
    yield say('content_block_stop', { index }, true);
    index += 1;
  }
  const usage = { input_tokens: 1, output_tokens: 1 };
  yield say('message_start', {
    message: { id: 'msg_mock', type: 'message', role: 'assistant', model: 'mock', content: [], stop_reason: null, stop_sequence: null, usage },
  });
  if (reasoning !== undefined) {
    yield* block({ type: 'thinking', thinking: '', signature: '' }, cut(reasoning).map((thinking) => ({ type: 'thinking_delta', thinking })));
  }
  if (text !== undefined) yield* block({ type: 'text', text: '' }, cut(text).map((piece) => ({ type: 'text_delta', text: piece })));
  if (tool) {
    const pieces = cut(JSON.stringify(tool.input));
    yield* block({ type: 'tool_use', id: 'toolu_mock', name: tool.name, input: {} }, pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })));
  }
  yield say('message_delta', { delta: { stop_reason: tool ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } }, true);
  yield say('message_stop', {}, true);
}

function* uiMessages({ text, reasoning, tool }: MockAnswer, cut: Cut): Generator<MockEvent> {
  const say = (type: string, fields: object = {}, isEnd = false): MockEvent => ({ data: { type, ...fields }, isEnd });
  function* part(name: string, id: string, whole: string): Generator<MockEvent> {
    yield say(`${name}-start`, { id });
    for (const delta of cut(whole)) yield say(`${name}-delta`, { id, delta });
    yield say(`${name}-end`, { id }, true);
  }
  yield say('start', { messageId: 'mock' });
  yield say('start-step');
  if (reasoning !== undefined) yield* part('reasoning', 'reasoning-mock', reasoning);
  if (text !== undefined) yield* part('text', 'text-mock', text);
  if (tool) {
    const call = { toolCallId: 'call_mock', toolName: tool.name };
    yield say('tool-input-start', call);
    for (const inputTextDelta of cut(JSON.stringify(tool.input))) yield say('tool-input-delta', { toolCallId: 'call_mock', inputTextDelta });
    yield say('tool-input-available', { ...call, input: tool.input }, true);
  }
  yield say('finish-step', {}, true);
  yield say('finish', { finishReason: tool ? 'tool-calls' : 'stop' }, true);
  yield { data: '[DONE]', isEnd: true };
}

function pieces(text: string | undefined, cut: Cut): string[] {
  return text === undefined ? [] : cut(text);
}
