/** What runs inside another engine, after `prelude.js`: the vectors, a complaint, or the speed. `job` says what. */
import { run as usage } from '../../usage/world.mjs';
import { records } from '../../vectors/records.mjs';
import { disguised, SCRIPTS, sentences, texts } from '../../vectors/run.mjs';

const { logic, job } = globalThis;
const { tidegate } = logic;

const bytesOf = (hex) => Uint8Array.from({ length: hex.length / 2 }, (_, at) => parseInt(hex.slice(2 * at, 2 * at + 2), 16));
const packs = new Map(job.packs.map(([policy, hex]) => [policy, hex]));
const asPackage = { ...tidegate, compilePolicy: (policy) => bytesOf(packs.get(JSON.stringify(policy))) };

/** Of what a mini-program lacks, what is here. */
const foreign = () => ['TextDecoder', 'TextEncoder', 'crypto', 'URL', 'fetch', 'queueMicrotask', 'WebAssembly'].filter((name) => typeof globalThis[name] !== 'undefined');

async function vectors() {
  const { filter, usages, evasion, keys } = job;
  const wrong = [];
  for (const file of filter) wrong.push(...await texts(asPackage, file));
  if (evasion) {
    const { cuts } = evasion;
    for (const script of SCRIPTS) wrong.push(...await disguised(asPackage, evasion.cases, script, cuts));
    wrong.push(...await sentences(asPackage, evasion.innocents, false, cuts), ...await sentences(asPackage, evasion.hits, true, cuts));
  }
  const [core] = logic.glues;
  let scenarios = 0;
  for (const [file, all] of usages) {
    for (const scenario of all) {
      scenarios += 1;
      const found = usage(scenario, core, keys.map(bytesOf));
      if (found !== undefined) wrong.push(`${file}:${scenario.line}: ${found}`);
    }
  }
  const sent = collecting();
  wrong.push(...await records(asPackage, (name) => job.records[name], { key: bytesOf(keys[0]), surface: 'miniprogram', sent: () => sent.splice(0) }));
  return { foreign: foreign(), wrong, scenarios, ...await reports() };
}

/** A collector that takes all records; what it took. */
function collecting() {
  const sent = [];
  logic.answer = ({ data, success }) => {
    const all = JSON.parse(data);
    sent.push(...all);
    const body = JSON.stringify({ accepted: all.map(({ id }) => id) });
    success({ statusCode: 200, header: { 'content-type': 'application/json' }, data: body });
  };
  return sent;
}

/** A verdict and a complaint on their way to the collector, and used time that goes on. */
async function reports() {
  const sent = collecting();
  const options = { presets: ['cn_companion_2026'], age: 30 };
  const guard = await tidegate.createGuard({ packs: [bytesOf(job.packs[0][1])], usage: options, reports: { endpoint: 'https://a/v1/reports' } });
  guard.message().push(job.hit);
  await guard.reports.submit({ category: 'other', text: '不对' });
  await guard.reports.flush();
  const { state } = guard.usage.status();
  await guard.dispose();
  return { sent: [...new Set(sent.map(({ type }) => type))].sort(), state };
}

/** Milliseconds until the first judgement, and for a piece of text, with a large pack, signed if there are keys. */
async function speed() {
  const pack = bytesOf(job.packs[0][1]);
  const publicKeys = job.keys?.map(bytesOf);
  const began = Date.now();
  await tidegate.init({ wasm: '/tidegate.wasm.br' });
  const started = Date.now();
  const guard = await tidegate.createGuard({ packs: [pack], ...(publicKeys && { publicKeys }) });
  guard.message().push(job.pieces[0]);
  const ready = Date.now();
  const rounds = [];
  for (let round = 0; round < job.rounds; round += 1) {
    const message = guard.message();
    const from = Date.now();
    for (const piece of job.pieces) message.push(piece);
    rounds.push((Date.now() - from) / job.pieces.length);
  }
  await guard.dispose();
  return { start: started - began, load: ready - started, ready: ready - began, piece: rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 2)] };
}

async function main() {
  if (job.what === 'speed') return speed();
  await tidegate.init({ wasm: '/tidegate.wasm.br' });
  return vectors();
}

main().then(logic.done, (error) => logic.done({ error: `${error}\n${error.stack}` }));
