/**
 * A page that makes records until it is killed. It tells the test what it is about to make, what
 * the store has taken, and, when it starts, what an earlier page left in the store.
 */
import { browserHost, createGuard, init } from '/pkg/index.js';

const STORE_PREFIX = 'report/';
/** Between records, ms. */
const PACE_MS = 15;
/** With this much text, some tens of records fill the smallest outbox. */
const TEXT = 'x'.repeat(1_500);

const tell = (what) => fetch('/told', { method: 'POST', body: JSON.stringify(what) });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function found(host) {
  const records = [];
  for (const key of await host.store.keys(STORE_PREFIX)) {
    const value = await host.store.get(key);
    if (value) records.push(JSON.parse(new TextDecoder().decode(value)).record);
  }
  return records.filter(({ type }) => type.includes('complaint')).map(({ id, data }) => ({ id, name: data.message }));
}

const page = await (await fetch('/begin', { method: 'POST' })).json();
await init({ compiler: false });
const host = browserHost();
await tell({ found: await found(host) });
const pack = new Uint8Array(await (await fetch('/pack')).arrayBuffer());
const guard = await createGuard({ packs: [pack], host, reports: { endpoint: '/v1/reports', maxBytes: 64 * 1024 } });
for (let n = 0; !page.isLast; n += 1) {
  const name = `${page.name}-${n}`;
  await tell({ trying: name });
  const { id } = await guard.reports.submit({ category: 'other', message: name, text: TEXT });
  if (guard.reports.stats().storage !== 'durable') await tell({ failed: 'the store is not durable' });
  await tell({ made: { id, name } });
  await pause(PACE_MS);
}
for (;;) {
  await guard.reports.flush();
  const stats = guard.reports.stats();
  if (stats.pending === 0) await tell({ drained: page.name });
  await pause(500);
}
