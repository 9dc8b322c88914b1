/** What is tried, in the part of the address behind `#`, which no server sees. */
import { isCut, MAX_SEED, type Cutting } from './cutting.js';
import { EXAMPLES, isExample, type ExampleName } from './examples.js';
import { MAX_POLICY_UNITS } from './policy-text.js';

/** Longest address part that is made or read, characters; chats cut longer links. */
export const MAX_HASH = 8_000;
/** Longest text, UTF-16 units: each step is drawn. */
export const MAX_TEXT_UNITS = 4_000;

export const CHANNELS = ['text', 'reasoning', 'tool-input', 'tool-output', 'title', 'source', 'error', 'refusal'] as const;

export interface Trial extends Cutting {
  /** The example that it began with. */
  example: ExampleName;
  policy: string;
  text: string;
  channel: typeof CHANNELS[number];
}

export function trialOf(example: ExampleName): Trial {
  const { policy, text, cut } = EXAMPLES[example];
  return { example, policy, text, cut, seed: 1, divider: '|', channel: 'text' };
}

/** `e=…` with what differs from the example; without policy and text if they do not fit. */
export async function toHash(trial: Trial): Promise<{ hash: string; isWhole: boolean }> {
  const plain = trialOf(trial.example);
  const fields = new URLSearchParams({ e: trial.example });
  for (const name of ['cut', 'seed', 'divider', 'channel'] as const) if (trial[name] !== plain[name]) fields.set(name, String(trial[name]));
  const short = fields.toString();
  for (const name of ['policy', 'text'] as const) if (trial[name] !== plain[name]) fields.set(name, await packed(trial[name]));
  const whole = fields.toString();
  return whole.length <= MAX_HASH ? { hash: whole, isWhole: true } : { hash: short, isWhole: false };
}

/** What an address says; `undefined` if it is damaged, and the first example if it says nothing. */
export async function fromHash(hash: string): Promise<Trial | undefined> {
  if (hash.length > MAX_HASH + 1) return undefined;
  const fields = new URLSearchParams(hash.slice(1));
  const example = fields.get('e') ?? Object.keys(EXAMPLES)[0] as ExampleName;
  if (!isExample(example)) return undefined;
  const trial = trialOf(example);
  const cut = fields.get('cut') ?? trial.cut;
  const seed = Number(fields.get('seed') ?? trial.seed);
  const divider = fields.get('divider') ?? trial.divider;
  const channel = CHANNELS.find((name) => name === (fields.get('channel') ?? trial.channel));
  if (!isCut(cut) || !isSeed(seed) || divider.length > 2 || channel === undefined) return undefined;
  try {
    const policy = await unpacked(fields.get('policy'), MAX_POLICY_UNITS);
    const text = await unpacked(fields.get('text'), MAX_TEXT_UNITS);
    return { example, policy: policy ?? trial.policy, text: text ?? trial.text, cut, seed, divider, channel };
  } catch {
    return undefined;
  }
}

export function isSeed(seed: number): boolean {
  return Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED;
}

/** UTF-16, because a text may have half a character, deflated, as base64url. */
async function packed(text: string): Promise<string> {
  const units = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const bytes = new Uint8Array(await new Response(through(units.buffer, new CompressionStream('deflate-raw'))).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws if it is damaged or more than `max` units. */
async function unpacked(field: string | null, max: number): Promise<string | undefined> {
  if (field === null) return undefined;
  const binary = atob(field.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const reader = through(bytes.buffer, new DecompressionStream('deflate-raw')).getReader();
  const parts: number[] = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    // A few bytes may stand for very many.
    if (parts.length + part.value.length > 2 * max) throw new RangeError('too long');
    for (const byte of part.value) parts.push(byte);
  }
  const units = new Uint16Array(Uint8Array.from(parts).buffer);
  return Array.from(units, (unit) => String.fromCharCode(unit)).join('');
}

function through(bytes: ArrayBuffer, transform: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  return new Response(bytes).body!.pipeThrough(transform as unknown as TransformStream<Uint8Array, Uint8Array>);
}
