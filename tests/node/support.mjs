/** A policy with a term for every action, and servers that answer with it. */
import { createServer } from 'node:http';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';

export const POLICY = {
  policy: 'test',
  revision: 3,
  notice: { 'zh-CN': '内容已终止。', en: 'Stopped.' },
  rules: [
    { id: 'mask', risk: 'x_gambling', action: 'mask', terms: ['赌博网站', 'casino'] },
    { id: 'replace', risk: 'x_gambling', action: 'replace', with: '〔略〕', terms: ['下注链接'] },
    { id: 'terminate', risk: 'a1_violence_obscenity', action: 'terminate', terms: ['终止词语', 'killswitch'] },
    { id: 'retract', risk: 'a2_gender', action: 'retract', terms: ['撤回词语'] },
    { id: 'flag', risk: 'x_self_harm', action: 'flag', terms: ['提醒词语'] },
  ],
  allow: ['casino royale'],
};

export async function pack(policy = POLICY) {
  await init();
  return compilePolicy(policy);
}

export async function guardOf(options = {}) {
  return createGuard({ packs: [await pack()], host: memoryHost(), ...options });
}

/** Pushes every delta and finishes; the text and verdicts of all, and the last outcome. */
export function run(message, deltas) {
  const outcomes = [...deltas.map((delta) => message.push(delta)), message.finish()];
  return {
    text: outcomes.map(({ text }) => text).join(''),
    verdicts: outcomes.flatMap(({ verdicts }) => verdicts),
    last: outcomes.at(-1),
  };
}

/** Rejections and throws are compared by code, which is stable. */
export const coded = (code) => (error) => error.name === 'GuardError' && error.code === code;

/** Serves until the test ends; `answer` is a request handler. */
export async function serve(t, answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

export function chunk(delta, { finish = null, id = 'chatcmpl-1', index = 0, ...rest } = {}) {
  const choices = [{ index, delta, finish_reason: finish }];
  return { id, object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...rest };
}

/** The bytes of an event stream. */
export function events(...chunks) {
  return chunks.map((item) => `data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`).join('');
}

/** Each text as the content of a chunk, with a proper end. */
export function answerOf(texts, options) {
  const middle = texts.map((content) => chunk({ content }, options));
  return events(chunk({ role: 'assistant', content: '' }, options), ...middle, chunk({}, { ...options, finish: 'stop' }), '[DONE]');
}

/** A fetch that answers from memory, in the given pieces; remembers its calls. */
export function fetchOf(pieces, { type = 'text/event-stream', status = 200, headers = {} } = {}) {
  const calls = [];
  const fetch = async (input, init = {}) => {
    calls.push({ url: String(input.url ?? input), ...init });
    const parts = [...pieces];
    const body = new ReadableStream({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.close();
        else if (part instanceof Error) controller.error(part);
        else controller.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part);
      },
    });
    return new Response(body, { status, headers: { 'content-type': type, ...headers } });
  };
  return { fetch, calls };
}

/** The chunks of a guarded event stream. */
export async function read(response) {
  const text = await response.text();
  const data = text.split('\n\n').filter((event) => event.startsWith('data: ')).map((event) => event.slice(6));
  const chunks = data.filter((item) => item !== '[DONE]').map((item) => JSON.parse(item));
  const field = (name, index = 0) => chunks
    .flatMap(({ choices = [] }) => choices.filter((choice) => choice.index === index))
    .map(({ delta }) => delta?.[name] ?? '').join('');
  return { raw: text, chunks, isDone: data.at(-1) === '[DONE]', content: field('content'), field };
}
