/** The guard on the server: what it leaves of a text. */
import { readFile } from 'node:fs/promises';
import { createGuard, init } from 'tidegate';

export const dynamic = 'force-dynamic';

export async function GET(request) {
  await init({ compiler: false });
  const guard = await createGuard({ packs: [new Uint8Array(await readFile('public/policy.pack'))] });
  const message = guard.message();
  const text = [...new URL(request.url).searchParams.get('text')].map((char) => message.push(char).text).join('') + message.finish().text;
  await guard.dispose();
  return new Response(text);
}
