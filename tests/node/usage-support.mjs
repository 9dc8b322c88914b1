/** A minor's guard on a host whose time passes when told to. */
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { compilePolicy, createGuard, init, publicKey, signPack } from 'tidegate';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** A moment in China. */
export const at = (text) => Date.parse(`${text}+08:00`);
/** A Thursday. */
export const AFTERNOON = at('2026-03-05T14:00:00');
export const PRESETS = ['cn_minor_mode_2024'];

let compiled;
async function pack() {
  await init();
  compiled ??= compilePolicy({
    policy: 'usage-test',
    revision: 1,
    rules: [{ id: 'gambling', risk: 'x_gambling', action: 'mask', terms: ['赌博网站'] }],
  });
  return compiled;
}

/** A guard for a twelve-year-old, with everything that its usage dispatched; disposed when `t` ends, if given. */
export async function metered(host, usage = {}, options = {}, t = undefined) {
  const guard = await createGuard({
    packs: [await pack()],
    usage: { presets: PRESETS, age: 12, subject: 'child', ...usage },
    host,
    ...options,
  });
  t?.after(() => guard.dispose());
  const changes = [];
  const reminders = [];
  guard.usage.addEventListener('change', (event) => changes.push(event.detail));
  guard.usage.addEventListener('reminder', (event) => reminders.push(event.detail));
  return { guard, usage: guard.usage, changes, reminders };
}

/** Passes `ms` with an input every minute. */
export async function use(host, ms) {
  for (let left = ms; left > 0; left -= MINUTE) {
    host.signal('input');
    await host.advance(Math.min(left, MINUTE));
  }
}

export const json = (value, status = 200) => ({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(value)) });

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Somebody who signs: a collector's time, a backend's assertions. */
export function signer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const sign = (text) => signBytes(null, Buffer.from(text), privateKey).toString('base64url');
  return {
    /** Base64url, as `publicKeys` takes it. */
    key: publicKey.export({ format: 'jwk' }).x,
    /** A compact JWS; `life` in seconds from `now` in ms. */
    assertion({ now, life = 3_600, header = {}, ...claims }) {
      const iat = Math.floor(now / SECOND);
      const head = encode({ alg: 'EdDSA', typ: 'tidegate-age+jwt', ...header });
      const payload = encode({ sub: 'child', iat, exp: iat + life, jti: `j${iat}`, ...claims });
      return `${head}.${payload}.${sign(`${head}.${payload}`)}`;
    },
    time: (now, nonce) => ({ now, nonce, key: 'k', signature: sign(`tidegate.time.v1\n${now}\n${nonce}`) }),
  };
}

/** A pack that `seed`'s key signed: with `publicKeys`, no other is taken. */
export async function signedPack() {
  const seed = new Uint8Array(32).fill(9);
  await pack();
  return { packs: [signPack(await pack(), seed)], key: publicKey(seed) };
}
