/** The chunks that the AI SDK sends to pages: `UIMessageChunk` of `ai` 5, 6 and 7. */
import { PROVIDER, SPEECH, type Layout } from './parts.js';

const TOOL = { providerExecuted: 'flag', dynamic: 'flag', title: 'title', toolMetadata: 'tool-input', ...PROVIDER } as const;

export const CHUNKS = {
  ...SPEECH,
  'tool-input-start': { toolCallId: 'id', toolName: 'tool-input', inputEncoding: 'id', ...TOOL },
  'tool-input-delta': { toolCallId: 'id', inputTextDelta: 'free' },
  'tool-input-available': { toolCallId: 'id', toolName: 'tool-input', input: 'tool-input', ...TOOL },
  'tool-input-error': { toolCallId: 'id', toolName: 'tool-input', input: 'tool-input', errorText: 'error', ...TOOL },
  'tool-approval-request': {
    approvalId: 'id', toolCallId: 'id', approvalDescriptor: 'tool-input', inputSchemaInput: 'tool-input', reason: 'tool-input',
    isAutomatic: 'flag', signature: 'opaque',
  },
  'tool-approval-response': { approvalId: 'id', approved: 'flag', reason: 'tool-input', providerExecuted: 'flag', ...PROVIDER },
  'tool-output-available': { toolCallId: 'id', output: 'tool-output', preliminary: 'flag', ...TOOL },
  'tool-output-error': { toolCallId: 'id', errorText: 'error', ...TOOL },
  'tool-output-denied': { toolCallId: 'id' },
  'source-url': { sourceId: 'id', url: 'source', title: 'source', ...PROVIDER },
  'source-document': { sourceId: 'id', mediaType: 'id', title: 'source', filename: 'source', ...PROVIDER },
  file: { url: 'free', mediaType: 'id', ...PROVIDER },
  'reasoning-file': { url: 'free', mediaType: 'id', ...PROVIDER },
  custom: { kind: 'id', ...PROVIDER },
  'steering-message': { id: 'id', parts: 'text' },
  'data-': { id: 'id', data: 'text', transient: 'flag' },
  'start-step': {},
  'finish-step': {},
  'reset-step': {},
  start: { messageId: 'id', messageMetadata: 'text' },
  finish: { finishReason: 'id', messageMetadata: 'text' },
  abort: { reason: 'error' },
  error: { errorText: 'error' },
  'message-metadata': { messageMetadata: 'text' },
} as const satisfies Layout['shapes'];

export const LAYOUT: Layout = {
  shapes: CHUNKS,
  lanes: {
    text: { channel: 'text', id: 'id', delta: 'delta' },
    reasoning: { channel: 'reasoning', id: 'id', delta: 'delta' },
    'tool-input': { channel: 'tool-input', id: 'toolCallId', delta: 'inputTextDelta' },
  },
  closes: { 'tool-input-available': 'tool-input', 'tool-input-error': 'tool-input' },
};
