/**
 * A page that makes records until it is killed. It tells the test what it is about to make, under
 * which id, what the store has taken, and, when it starts, what an earlier page left in the store.
 */
import { browserHost, createGuard, init } from '/pkg/index.js';

const STORE_PREFIX = 'report/';
/** Between records, ms. */
const PACE_MS = 15;
/** Some tens of records fill it; what counts may take of it names some thousands. */
const MAX_BYTES = 256 * 1024;
/** 6 kB. */
const TEXT = '字'.repeat(2_000);

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

/** A host whose records get ids that are known before. */
function foretelling(host) {
  let next;
  return {
    ...host,
    random(bytes) {
      const drawn = bytes === next?.length ? next : host.random(bytes);
      if (drawn === next) next = undefined;
      return drawn;
    },
    /** The id that a record gets if it is made at once after `use`. */
    foretell() {
      const bytes = host.random(16);
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), use: () => void (next = bytes) };
    },
  };
}

const page = await (await fetch('/begin', { method: 'POST' })).json();
await init({ compiler: false });
const host = foretelling(browserHost());
await tell({ found: await found(host) });
const pack = new Uint8Array(await (await fetch('/pack')).arrayBuffer());
const guard = await createGuard({ packs: [pack], host, reports: { endpoint: '/v1/reports', maxBytes: MAX_BYTES } });
for (let n = 0; !page.isLast; n += 1) {
  const name = `${page.name}-${n}`;
  const { id, use } = host.foretell();
  await tell({ trying: { id, name } });
  use();
  const receipt = await guard.reports.submit({ category: 'other', message: name, text: TEXT });
  if (receipt.id !== id) await tell({ failed: `${name} got another id` });
  if (guard.reports.stats().storage !== 'durable') await tell({ failed: 'the store is not durable' });
  await tell({ made: { id, name } });
  await pause(PACE_MS);
}
for (;;) {
  await guard.reports.flush();
  const stats = guard.reports.stats();
  // What the store holds may be a record that no page has taken up yet.
  const isEmpty = (await host.store.keys(STORE_PREFIX)).length === 0;
  if (stats.pending === 0 && isEmpty) await tell({ drained: page.name });
  await pause(500);
}
