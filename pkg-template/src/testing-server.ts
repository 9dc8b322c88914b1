/** `tidegate/testing/server`: a server of made-up answers, in Node. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { mockHeaders, parsed, protocolOf, wirePieces, type Answering, type MockOptions, type MockRequest } from './testing/mock.js';

export type { Answering, MockAnswer, MockOptions, MockProtocol, MockRequest } from './testing/mock.js';

/** Largest request, bytes. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** How the server answers. */
export interface MockServerOptions extends MockOptions {
  /** On 127.0.0.1; default a free one. */
  port?: number;
  /** Between two pieces, ms; default 0, which still gives the reader a turn. */
  delayMs?: number;
}

/** A server that runs. */
export interface MockServer {
  /** Such as `http://127.0.0.1:40123`. */
  url: string;
  /** What was asked, oldest first. */
  requests: MockRequest[];
  /** Answers whose client went away before their end. */
  readonly cancelled: number;
  /** Ends it, and every connection. */
  close(): Promise<void>;
}

/**
 * Answers every POST: `…/chat/completions` and `…/responses` as openai's, `…/messages` as
 * Anthropic's, any other path as a UI message stream of the AI SDK. Any page may ask it.
 */
export async function startMockServer(answer: Answering, options: MockServerOptions = {}): Promise<MockServer> {
  const requests: MockRequest[] = [];
  let cancelled = 0;
  const serve = async (from: IncomingMessage, to: ServerResponse): Promise<void> => {
    to.setHeader('access-control-allow-origin', '*');
    to.setHeader('access-control-allow-headers', '*');
    if (from.method === 'OPTIONS') return void to.writeHead(204).end();
    if (from.method !== 'POST') return void to.writeHead(404).end();
    const body = await read(from);
    if (body === undefined) return void to.writeHead(413).end();
    const request = { url: from.url ?? '/', body: parsed(body) };
    requests.push(request);
    const protocol = options.protocol ?? protocolOf(request.url);
    const given = typeof answer === 'function' ? answer(request) : answer;
    to.writeHead(200, mockHeaders(protocol));
    to.socket?.setNoDelay(true);
    for (const piece of wirePieces(protocol, given, options)) {
      if (to.destroyed) {
        cancelled += 1;
        return;
      }
      if (!to.write(piece)) await either(to, 'drain', 'close');
      await sleep(options.delayMs ?? 0);
    }
    if (options.end === 'broken') to.destroy();
    else to.end();
  };
  const server = createServer((from, to) => {
    serve(from, to).catch(() => to.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get cancelled() {
      return cancelled;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whichever comes first, and listens to neither any more. */
async function either(to: ServerResponse, ...events: string[]): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  await Promise.race(events.map((event) => once(to, event, { signal }))).finally(() => listening.abort());
}

/** `undefined`: too large. */
async function read(from: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of from as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
