/** Reads the chunks of an OpenAI-compatible streamed answer. */
import type { MessageState, Verdict } from 'tidegate';

/** What the guard adds to a chunk; `state` only on the one that ends the answer. */
export interface GuardNote { state?: MessageState; notice?: string; verdicts?: Verdict[] }

export interface Chunk {
  id?: string;
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null }; finish_reason?: string | null }[];
  tidegate?: GuardNote;
}

/** Longest line kept while waiting for its end, in UTF-16 units. */
const MAX_LINE_UNITS = 1 << 20;

/** The `data:` chunks of an event stream, in order, up to `[DONE]`. */
export async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Chunk> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() + '\n' : decoder.decode(value, { stream: true });
      const lines = rest.split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_UNITS) throw new SyntaxError('event line too long');
      for (const line of lines) {
        if (!line.startsWith('data:')) continue;
        const data = line.slice(5).trim();
        if (data === '[DONE]') return;
        yield JSON.parse(data) as Chunk;
      }
      if (done) return;
    }
  } finally {
    // Leaving early (stop, an error) must also stop the sender.
    await reader.cancel().catch(() => undefined);
  }
}
