// A tiny OpenAI-compatible server whose model answers with the text of the row
// that the user's last message names.
//   node upstream.mjs FILE.jsonl      prints its URL as the first line
// `GET /stats` counts answers: {started, finished, stopped}.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as breathe } from 'node:timers/promises';
import { readRows } from './rows.mjs';
import { tokens } from './tokens.mjs';

/** Largest request, in bytes. */
const MAX_REQUEST = 1 << 20;

const rows = new Map((await readRows(process.argv[2])).map((row) => [row.id, row]));
const stats = { started: 0, finished: 0, stopped: 0 };

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (!response.headersSent) json(response, 500, { error: { message: String(error) } });
    else response.destroy();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);

async function answer(request, response) {
  if (request.method === 'GET' && request.url === '/stats') return json(response, 200, stats);
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    return json(response, 404, { error: { message: 'no such path' } });
  }
  const body = await readJson(request);
  const row = rows.get(body.messages?.at(-1)?.content);
  if (!row) return json(response, 404, { error: { message: 'the last message names no row' } });
  await stream(row, body.model, response);
}

async function readJson(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_REQUEST) throw new Error('the request is too large');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

async function stream(row, model, response) {
  stats.started += 1;
  let isOpen = true;
  response.on('close', () => {
    isOpen = false;
    if (response.writableFinished) stats.finished += 1;
    else stats.stopped += 1;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = async (data) => {
    if (!response.write(`data: ${data}\n\n`) && isOpen) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    // Each token leaves by itself, and a client that hung up is noticed.
    await breathe();
  };
  const chunk = (delta, finish_reason) =>
    JSON.stringify({
      id: `chatcmpl-${row.number}`, object: 'chat.completion.chunk', created: 0, model,
      choices: [{ index: 0, delta, finish_reason }],
    });

  await send(chunk({ role: 'assistant', content: '' }, null));
  for (const token of tokens(row.text, row.id)) {
    if (!isOpen) return;
    await send(chunk({ content: token }, null));
  }
  if (!isOpen) return;
  await send(chunk({}, 'stop'));
  response.end('data: [DONE]\n\n');
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
