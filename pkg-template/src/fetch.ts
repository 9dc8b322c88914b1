/**
 * `guard.fetch`: a fetch whose answers are guarded. Chat completions, streamed
 * or whole, are guarded text by text; other JSON string by string; any other
 * kind of body is withheld, because nobody would have judged it.
 */
import { ChatEvents, guardJson, type ChatContext } from './chat-events.js';
import { GuardError } from './error.js';
import { timer } from './hosts/common.js';
import { exited } from './off.js';
import { lastWords } from './said.js';
import { guardEvents, type EventGuard } from './sse.js';
import { within } from './within.js';

export { parse } from './chat-events.js';

/** Largest JSON body, bytes. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;
/** Names the URL that stops a generation. */
const CANCEL_HEADER = 'tidegate-cancel';
/** How long the server may take to answer it before the connection is broken. */
const CANCEL_MS = 1_000;
/** Statuses without a body. */
const NO_BODY = new Set([204, 205, 304]);

export interface FetchContext extends ChatContext {
  fetch: typeof fetch;
}

export function createFetch(context: FetchContext): typeof fetch {
  return async (input, init) => {
    // Words for help are heard also while the service is closed.
    if (context.hears() && context.said(await lastWords(input, init))) throw exited();
    context.assertOpen();
    const exchange = new Exchange(context, input, init);
    try {
      return await exchange.run();
    } catch (thrown) {
      exchange.stop();
      throw exchange.describe(thrown);
    }
  };
}

/** One request and its answer. */
class Exchange {
  readonly #context: FetchContext;
  readonly #input: RequestInfo | URL;
  readonly #init: RequestInit | undefined;
  readonly #abort = new AbortController();
  readonly #caller: AbortSignal | null | undefined;
  #fail = (reason: unknown): void => this.#abort.abort(reason);
  #unlink: () => void;

  constructor(context: FetchContext, input: RequestInfo | URL, init: RequestInit | undefined) {
    this.#context = context;
    this.#input = input;
    this.#init = init;
    const caller = init && 'signal' in init ? init.signal : requestOf(input)?.signal;
    const onAbort = (): void => this.#abort.abort(caller?.reason);
    if (caller?.aborted) onAbort();
    else caller?.addEventListener('abort', onAbort, { once: true });
    const offClose = context.onClose((reason) => this.#fail(reason));
    this.#caller = caller;
    this.#unlink = () => {
      caller?.removeEventListener('abort', onAbort);
      offClose();
    };
  }

  async run(): Promise<Response> {
    const { fetch } = this.#context;
    const response = await fetch(this.#input, { ...this.#init, signal: this.#abort.signal });
    // A fetch that does not heed the signal answers all the same.
    this.#abort.signal.throwIfAborted();
    const method = this.#init?.method ?? requestOf(this.#input)?.method ?? 'GET';
    if (!response.body && (NO_BODY.has(response.status) || method.toUpperCase() === 'HEAD')) {
      this.stop();
      return response;
    }
    const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (type === 'text/event-stream' && response.body) return this.#events(response, response.body);
    if (type === 'application/json' || type.endsWith('+json')) return this.#json(response);
    this.#abort.abort();
    response.body?.cancel().catch(() => {});
    const got = `status ${response.status} with ${type === '' ? 'a body of no known type' : type}`;
    throw new GuardError('fetch/content-type', `${got} is withheld: only event streams and JSON can be guarded`);
  }

  /** Stops listening to the caller and the guard. */
  stop(): void {
    this.#unlink();
  }

  /** The caller's own abort stays as it is; a network failure gets a code. */
  describe(thrown: unknown): unknown {
    const { signal } = this.#abort;
    if (thrown instanceof GuardError) return thrown;
    if (signal.aborted && signal.reason instanceof GuardError) return signal.reason;
    if (this.#caller?.aborted || (thrown instanceof Error && thrown.name === 'AbortError')) return thrown;
    return new GuardError('fetch/network', 'the request or its answer broke off', { cause: thrown });
  }

  #events(response: Response, source: ReadableStream<Uint8Array>): Response {
    const chat = new ChatEvents(this.#context);
    const guard: EventGuard = {
      event: (event) => chat.event(event),
      finish: () => chat.finish(),
      hasEnded: () => chat.hasEnded(),
      close: (early) => {
        this.stop();
        chat.dispose();
        if (!early) return undefined;
        // What the policy or a failure cut short goes on nowhere. The server is
        // told before the connection breaks, which it would take for a reader
        // who left; some browsers would break it first.
        const told = chat.isDone || this.#caller?.aborted ? undefined : this.#cancel(response);
        if (told) return told.then(() => this.#abort.abort());
        this.#abort.abort();
        return undefined;
      },
    };
    const { body, fail } = guardEvents(source, guard, (thrown) => this.describe(thrown));
    this.#fail = fail;
    return replaced(response, body);
  }

  async #json(response: Response): Promise<Response> {
    const text = await readText(response);
    this.#abort.signal.throwIfAborted();
    this.stop();
    return replaced(response, JSON.stringify(guardJson(this.#context, text, response.ok)));
  }

  /**
   * Asks the server to stop generating; only a server may name a URL of its own. Resolves once it
   * has answered, or after a second; `undefined` if there is nobody to ask.
   */
  #cancel(response: Response): Promise<void> | undefined {
    const link = response.headers.get(CANCEL_HEADER);
    const answered = response.url || requestOf(this.#input)?.url || String(this.#input);
    if (link === null) return undefined;
    try {
      const url = new URL(link, answered);
      if (url.origin !== new URL(answered).origin) return undefined;
      const credentials = this.#init?.credentials ?? requestOf(this.#input)?.credentials;
      const init: RequestInit = { method: 'POST', keepalive: true, ...(credentials ? { credentials } : {}) };
      const answer = this.#context.fetch(url.href, init).then((answer) => answer.body?.cancel());
      return within({ timer }, CANCEL_MS, answer);
    } catch {
      // Not a URL: the aborted request has to do.
      return undefined;
    }
  }
}

/** The same response with another body. */
export function replaced(response: Response, body: BodyInit): Response {
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  const { status, statusText, url, redirected } = response;
  const guarded = new Response(body, { status, statusText, headers });
  // What the constructor cannot set, but callers read.
  Object.defineProperties(guarded, { url: { value: url }, redirected: { value: redirected } });
  return guarded;
}

export async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > MAX_JSON_BYTES) {
      reader?.cancel().catch(() => {});
      throw new GuardError('fetch/too-large', `the answer has more than ${MAX_JSON_BYTES} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function requestOf(input: RequestInfo | URL): Request | undefined {
  return typeof Request === 'function' && input instanceof Request ? input : undefined;
}
