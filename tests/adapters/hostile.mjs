/**
 * The shared adversary: texts with forbidden terms, cut everywhere, and a check
 * that nothing an adapter lets through ever contains one.
 */
import assert from 'node:assert/strict';

export { POLICY, coded, events, guardOf, pack, serve } from '../node/support.mjs';

/** One that is masked, two that end the message. */
export const TERMS = ['赌博网站', '终止词语', '撤回词语', 'killswitch'];
export const MASKED = '＊＊＊＊';
/** Every one in a sentence of its own. */
export const TEXTS = TERMS.map((term) => `请看${term}，就这样。`);

/** The text whole, in single characters, and cut in two at every place. */
export function* cuts(text) {
  yield [text];
  yield [...text];
  for (let at = 1; at < text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
}

/** Every text at every cut. */
export function* attacks() {
  for (const [index, text] of TEXTS.entries()) {
    for (const pieces of cuts(text)) yield { term: TERMS[index], text, pieces };
  }
}

/** No string in the value contains a term, neither names of fields nor text in escapes. */
export function assertClean(value, context = '') {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  const read = text.replace(/\\u([0-9a-fA-F]{4})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  for (const term of TERMS) assert.ok(!read.includes(term), `${context}: ${term} in ${read}`);
}

/** A stream of the items; notes whether it was cancelled. An `Error` breaks it. */
export function streamOf(items) {
  const rest = [...items];
  const seen = { cancelled: false, pulled: 0 };
  const stream = new ReadableStream({
    pull(controller) {
      const item = rest.shift();
      seen.pulled += 1;
      if (item === undefined) controller.close();
      else if (item instanceof Error) controller.error(item);
      else controller.enqueue(item);
    },
    cancel() {
      seen.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

/** All that a stream yields, up to its end or failure. */
export async function collect(stream, onItem = () => {}) {
  const items = [];
  let error;
  try {
    for await (const item of stream) {
      items.push(structuredClone(item));
      onItem(item);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { items, error };
}

/** An escape for every character. */
export const escaped = (text) => [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
