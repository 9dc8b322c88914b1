/**
 * A page that makes records until it is killed. It tells the test what it is about to make, under
 * which id, what the store has taken and what is about to be deleted from it, and, when it starts,
 * what an earlier page left there.
 */
import { browserHost, createGuard, init } from '/pkg/index.js';

const STORE_PREFIX = 'report/';
/** Is in every store that a page has found or begun; without it, the browser began the store anew. */
const BEGUN_KEY = 'kill/begun';
/** Between records, or between as many as are made together, ms. */
const PACE_MS = 15;
/** 6 kB. */
const TEXT = '字'.repeat(2_000);

const tell = (what) => fetch('/told', { method: 'POST', body: JSON.stringify(what) });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a value of the store is to the test: a record's id and name, or what a count stands for. */
function read(value) {
  const { record, drops } = JSON.parse(new TextDecoder().decode(value));
  const { id, data } = record;
  return drops ? { id, ids: drops.ids, covers: drops.covers } : { id, name: data.message };
}

async function found({ store }) {
  const isBegun = await store.get(BEGUN_KEY) !== undefined;
  if (!isBegun) await store.set(BEGUN_KEY, Uint8Array.of(1));
  const records = [];
  for (const key of await store.keys(STORE_PREFIX)) {
    const value = await store.get(key);
    if (value) records.push(read(value));
  }
  return { isBegun, records };
}

/** A host whose store tells what it takes, before anybody hears of it, and what it is about to delete. */
function telling(host) {
  const { store } = host;
  const isRecord = (key) => key.startsWith(STORE_PREFIX);
  return {
    ...host,
    store: {
      get kind() {
        return store.kind;
      },
      get: (key) => store.get(key),
      keys: (prefix) => store.keys(prefix),
      async set(key, value) {
        await store.set(key, value);
        if (isRecord(key)) await tell({ taken: read(value) });
      },
      async delete(key) {
        if (isRecord(key)) await tell({ deleting: key.slice(key.indexOf('-') + 1) });
        await store.delete(key);
      },
    },
  };
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
const plain = browserHost();
// Answered when every page of this life of the browser has looked: nothing is sent or deleted before.
await tell({ life: page.life, found: await found(plain) });
const host = foretelling(telling(plain));
const pack = new Uint8Array(await (await fetch('/pack')).arrayBuffer());
const guard = await createGuard({ packs: [pack], host, reports: { endpoint: '/v1/reports', maxBytes: page.maxBytes } });

async function make(name) {
  const { id, use } = host.foretell();
  await tell({ trying: { id, name } });
  use();
  const receipt = await guard.reports.submit({ category: 'other', message: name, text: TEXT });
  if (receipt.id !== id) await tell({ failed: `${name} got another id` });
  if (guard.reports.stats().storage !== 'durable') await tell({ failed: 'the store is not durable' });
}

for (let n = 0; !page.isLast; n += page.burst) {
  await Promise.all(Array.from({ length: page.burst }, (_, more) => make(`${page.name}-${n + more}`)));
  await pause(PACE_MS);
}
for (;;) {
  await guard.reports.flush();
  const { pending, storage } = guard.reports.stats();
  // What the store holds may be a record that no page has taken up yet.
  const isEmpty = (await host.store.keys(STORE_PREFIX)).length === 0;
  if (storage !== 'durable') await tell({ failed: 'the store is not durable' });
  if (pending === 0 && isEmpty) await tell({ drained: page.name });
  await pause(500);
}
