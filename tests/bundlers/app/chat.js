/** Asks, and gives the guarded text piece by piece: the same in pages and workers. */
import { createGuard, init } from 'tidegate';

export async function chat(base, show) {
  await init({ compiler: false });
  const pack = await (await fetch(new URL('/policy.pack', base))).arrayBuffer();
  await answerOf(await createGuard({ packs: [new Uint8Array(pack)] }), base, show);
}

export async function answerOf(guard, base, show) {
  const response = await guard.fetch(new URL('/v1/chat/completions', base), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"messages":[]}',
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) if (event.startsWith('data: {')) show(JSON.parse(event.slice(6)).choices[0]?.delta.content ?? '');
  }
  await guard.dispose();
}
