/** What the user wrote last, as a request for chat completions, Messages or Responses says it. */
import { isObject } from './chat.js';

/** A longer request is not looked into, UTF-16 units. */
const MAX_REQUEST_UNITS = 4 * 1024 * 1024;

/** The text of the last message, if the user wrote it; else nothing. */
export async function lastWords(input: RequestInfo | URL, init: RequestInit | undefined): Promise<string> {
  return lastWordsIn(await bodyOf(input, init));
}

/** The same of a body as text. */
export function lastWordsIn(body: string): string {
  if (body === '' || body.length > MAX_REQUEST_UNITS) return '';
  const request = parse(body);
  if (!isObject(request)) return '';
  if (request.messages === undefined && typeof request.input === 'string') return request.input;
  const messages = request.messages ?? request.input;
  if (!Array.isArray(messages)) return '';
  const last: unknown = messages[messages.length - 1];
  if (!isObject(last) || last.role !== 'user') return '';
  const { content } = last;
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(textOf).join('\n') : '';
}

/** Bodies that are streams are not read: that would take them from the request. */
async function bodyOf(input: RequestInfo | URL, init: RequestInit | undefined): Promise<string> {
  if (typeof init?.body === 'string') return init.body;
  if (init?.body || typeof Request !== 'function' || !(input instanceof Request) || input.bodyUsed) return '';
  return input.clone().text();
}

function textOf(part: unknown): string {
  return isObject(part) && typeof part.text === 'string' ? part.text : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
