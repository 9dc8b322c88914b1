/** What the tests in the sandbox share: the builds, and packs compiled outside. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePolicy, init, publicKey, signPack } from 'tidegate';
import { Sandbox } from './sandbox.mjs';

export const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url));
export const WASM = '/tidegate.wasm.br';

await init();

/** A code package with every build in its root; removed when the process ends. */
export const ROOT = mkdtempSync(join(tmpdir(), 'tidegate-miniprogram-'));
process.on('exit', () => rmSync(ROOT, { recursive: true, force: true }));
cpSync(join(PACKAGE, 'miniprogram', 'index.js'), join(ROOT, 'es2017.js'));
cpSync(join(PACKAGE, 'miniprogram', 'tidegate.wasm.br'), join(ROOT, 'tidegate.wasm.br'));
cpSync(join(PACKAGE, 'mp', 'index.js'), join(ROOT, 'es5.js'));
cpSync(join(PACKAGE, 'mp', 'nowasm.js'), join(ROOT, 'nowasm.js'));

export const SEED = new Uint8Array(32).fill(7);
export const KEY = publicKey(SEED);

export const POLICY = {
  policy: 'miniprogram',
  notice: { 'zh-CN': '内容已终止。' },
  rules: [
    { id: 'mask', risk: 'x_gambling', action: 'mask', terms: ['赌博网站', 'casino'] },
    { id: 'terminate', risk: 'a1_violence_obscenity', action: 'terminate', terms: ['终止词语'] },
    { id: 'retract', risk: 'a2_gender', action: 'retract', terms: ['撤回词语'] },
  ],
};

const packs = new Map();
/** Compiles a policy, once, and signs it. */
export function packOf(policy = POLICY) {
  const key = JSON.stringify(policy);
  if (!packs.has(key)) packs.set(key, signPack(compilePolicy(policy), SEED));
  return packs.get(key);
}

/** A sandbox with one of the builds, started; `options` are the sandbox's. */
export async function start(build = 'es2017', { wasm = WASM, init: given = {}, ...options } = {}) {
  const sandbox = new Sandbox({ root: ROOT, ...options });
  const tidegate = sandbox.require(`/${build}.js`);
  await tidegate.init({ wasm, ...given });
  const guardOf = (more = {}, policy = POLICY) => tidegate.createGuard({ packs: [sandbox.bytes(packOf(policy))], publicKeys: [sandbox.bytes(KEY)], ...more });
  return { sandbox, tidegate, guardOf };
}

const compiled = new Map();
/** The package as the vectors call it: compiled outside, each policy once, guarded inside. */
export function asPackage({ sandbox, tidegate }) {
  return {
    ...tidegate,
    compilePolicy(policy) {
      const key = JSON.stringify(policy);
      if (!compiled.has(key)) compiled.set(key, compilePolicy(policy));
      return sandbox.bytes(compiled.get(key));
    },
  };
}

export const bufferOf = (bytes) => Uint8Array.from(bytes).buffer;

/** A collector that takes all records; what it took. */
export function collecting(sandbox) {
  const sent = [];
  sandbox.answer = ({ data, success }) => {
    const records = JSON.parse(data);
    sent.push(...records);
    const body = JSON.stringify({ accepted: records.map(({ id }) => id) });
    success({ statusCode: 200, header: { 'Content-Type': 'application/json' }, data: bufferOf(Buffer.from(body)) });
  };
  return sent;
}

export const coded = (code) => (error) => error.name === 'GuardError' && error.code === code;

export const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
