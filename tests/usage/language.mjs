/**
 * The scenario language of tests/vectors/usage/README.md, for Node: files become
 * plain objects, with every time in milliseconds and every assertion signed, so
 * that tests/usage/world.mjs can run them anywhere.
 */
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, parseDocument } from 'yaml';

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'vectors', 'usage');
/** The pseudonym of the user. */
const SUBJECT = 'child';
const DAY_MS = 86_400_000;
const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const VERBS = [
  'use', 'input', 'stream', 'idle', 'hide', 'start', 'close', 'restart', 'crash', 'stop', 'sleep', 'deep sleep',
  'online', 'offline', 'damage storage', 'damage storage and copy', 'lose storage',
];
const FILE_KEYS = ['about', 'zone', 'presets', 'devices', 'server', 'offline', 'scenarios'];
const KEYS = [
  'name', 'cites', 'design', 'presets', 'age', 'born', 'assume', 'idle', 'zone', 'calendar', 'assertion', 'devices',
  'clock', 'server', 'offline', 'day', 'timeline', 'refused',
];

/** Every scenario, by file name. */
export function scenarios() {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && name !== 'sources.yaml').sort();
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

function read(name) {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(join(FOLDER, name), 'utf8'), { schema: 'failsafe', lineCounter: lines });
  if (document.errors.length > 0) throw document.errors[0];
  const file = document.toJS();
  for (const key of Object.keys(file)) known(FILE_KEYS, key, name);
  const nodes = document.get('scenarios').items;
  return file.scenarios.map((one, nth) => {
    const lineOf = (node) => lines.linePos(node.range[0]).line;
    const steps = nodes[nth].get('timeline')?.items.map(lineOf) ?? [];
    try {
      return scenario(one, file, lineOf(nodes[nth]), steps);
    } catch (error) {
      throw new Error(`${name}, ${one.name}: ${error.message}`, { cause: error });
    }
  });
}

function known(words, word, where) {
  if (!words.includes(word)) throw new Error(`${where}: \`${word}\` is not in the language`);
}

function scenario(one, file, line, steps) {
  for (const key of Object.keys(one)) known(KEYS, key, `line ${line}`);
  const zone = one.zone ?? file.zone ?? '+08:00';
  const devices = one.devices ?? file.devices ?? { device: ['page'] };
  const clock = new Clock(zone, one.day === undefined ? 0 : date(one.day));
  const today = clock.day;
  const assume = one.assume ?? 'minor';
  known(['minor', 'adult'], assume, 'assume');
  const server = one.server ?? file.server ?? 'none';
  known(['none', 'reachable', 'unreachable'], server, 'server');
  const offline = one.offline ?? file.offline ?? 'allow';
  known(['allow', 'limit', 'close'], offline, 'offline');
  const shows = one.clock === undefined ? undefined : clock.instant(one.clock);
  const opening = one.assertion === undefined ? undefined : claims(one.assertion, clock);
  const names = [...Object.keys(devices), ...Object.values(devices).flat()];
  const timeline = (one.timeline ?? []).map((entry, nth) => {
    const [[time, what], ...others] = Object.entries(entry);
    if (others.length > 0) throw new Error(`line ${steps[nth]}: one time and what happens then`);
    return { line: steps[nth], time, ...step(what, clock.line(time), clock, names) };
  });
  timeline.reduce((before, { at, time }) => {
    if (at < before) throw new Error(`${time} is in the past`);
    return at;
  }, -Infinity);
  return {
    name: one.name, line, devices, server, offline, shows, timeline,
    refused: one.refused,
    opening: opening && { token: token(opening, timeline[0].at), refused: opening.refused },
    options: {
      presets: one.presets ?? file.presets ?? [],
      ...(one.age === undefined ? {} : { age: number(one.age) }),
      ...(one.born === undefined ? {} : { age: years(date(one.born), today) }),
      ...(one.idle === undefined ? {} : { idleMs: duration(one.idle) }),
      ...(one.calendar === undefined ? {} : { calendar: { years: one.calendar.map((year) => ({ ...year, year: number(year.year) })) } }),
      subject: SUBJECT, assume, zone,
    },
    offsetMs: clock.offsetMs,
  };
}

function step(what, at, clock, names) {
  const isMap = typeof what === 'object' && !Array.isArray(what);
  const [key] = isMap ? Object.keys(what) : [];
  if (isMap && Object.keys(what).length === 1 && names.includes(key)) {
    return { who: key, ...step(what[key], at, clock, []) };
  }
  if (!isMap) return VERBS.includes(what) ? { at, do: what } : { at, expect: [['is', state(what)]] };
  if (Object.keys(what).length === 1) {
    switch (key) {
      case 'acknowledge': return { at, acknowledge: what.acknowledge };
      case 'clock': return { at, shows: clock.instant(what.clock) };
      case 'device zone': return { at, deviceZone: what[key] };
      case 'identify': {
        const claimed = claims(what.identify, clock);
        return { at, identify: { token: token(claimed, at), refused: claimed.refused } };
      }
    }
  }
  return { at, expect: Object.entries(what).map(([name, value]) => [name, expectation(name, value, clock)]) };
}

function state(text) {
  if (text !== 'open' && text !== 'closed' && !/^closed by \w+$/.test(text)) throw new Error(`\`${text}\` is not in the language`);
  return text;
}

function expectation(name, value, clock) {
  switch (name) {
    case 'is': return state(value);
    case 'used': case 'continuous': return duration(value);
    case 'left': return value === 'none' ? null : duration(value);
    case 'changes': case 'opens': return value === 'never' ? null : clock.instant(value);
    case 'due': return value.map(reminder);
    case 'calendar': return value === 'none' ? null : value;
    case 'identity': case 'deny': case 'require': case 'day': return value;
    default: throw new Error(`\`${name}\` is not in the language`);
  }
}

/** `rest`, `rest by us_ca_sb243`, `rest of 0:30:00`. */
function reminder(text) {
  const [, kind, preset, value] = /^(\w+)(?: by (\w+))?(?: of (\S+))?$/.exec(text) ?? [];
  if (!kind) throw new Error(`\`${text}\` is no reminder`);
  return { kind, preset, valueMs: value && duration(value) };
}

function claims({ subject = SUBJECT, issued, expires, not_before, signed = 'by the provider', token, refused, ...others }, clock) {
  const instant = (text) => (text === undefined ? undefined : clock.instant(text));
  const claimed = {};
  for (const [key, value] of Object.entries(others)) {
    known(['age', 'age_band', 'consent', 'presets', 'guardian'], key, 'an assertion');
    claimed[key] = value;
    if (key === 'age') claimed.age = number(value);
    if (key === 'consent') claimed.consent = value === 'true';
    if (key === 'guardian') claimed.guardian = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, setting(name, one, clock)]));
  }
  return { subject, issued: instant(issued), expires: instant(expires), notBefore: instant(not_before), signed, token, refused, others: claimed };
}

function setting(name, value, clock) {
  switch (name) {
    case 'daily_min': case 'remind_min': return number(value);
    case 'curfew': return value === 'null' ? null : value;
    case 'extra': return { date: value.date, min: number(value.min) };
    case 'paused_until': case 'exit_until': return clock.instant(value) / 1_000;
    default: throw new Error(`\`${name}\` is not in the language`);
  }
}

const key = (byte) => createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]), format: 'der', type: 'pkcs8',
});
const provider = key(1);
const someoneElse = key(2);

/** The 32 bytes that a page knows. */
export const publicKey = createPublicKey(provider).export({ format: 'der', type: 'spki' }).subarray(-32);

function token({ subject, issued, expires, notBefore, signed, token, others }, at) {
  if (token !== undefined) return token;
  const alg = { 'not at all': 'none', 'HS256 with the public key': 'HS256' }[signed] ?? 'EdDSA';
  const seconds = (ms) => Math.floor(ms / 1_000);
  const iat = issued ?? at;
  const payload = JSON.stringify({
    ...others, sub: subject, iat: seconds(iat), exp: seconds(expires ?? iat + DAY_MS), jti: `n${iat}`,
    ...(notBefore === undefined ? {} : { nbf: seconds(notBefore) }),
  });
  const part = (text) => Buffer.from(text).toString('base64url');
  const header = part(JSON.stringify({ alg, typ: 'tidegate-age+jwt' }));
  const text = `${header}.${part(payload)}`;
  const by = (secret) => sign(null, Buffer.from(text), secret).toString('base64url');
  switch (signed) {
    case 'by the provider': return `${text}.${by(provider)}`;
    case 'by someone else': return `${text}.${by(someoneElse)}`;
    case 'not at all': return `${text}.`;
    case 'HS256 with the public key': return `${text}.${createHmac('sha256', publicKey).update(text).digest('base64url')}`;
    case 'and then changed': {
      const older = payload.replace('"age":12', '"age":42');
      if (older === payload) throw new Error('there is no age of 12 to change');
      return `${header}.${part(older)}.${by(provider)}`;
    }
    default: throw new Error(`signed ${signed}`);
  }
}

/** Full years on `today`: an age counts as reached on the day after the birthday. */
function years(born, today) {
  const [from, to] = [new Date(born * DAY_MS), new Date(today * DAY_MS)];
  const order = (day) => day.getUTCMonth() * 31 + day.getUTCDate();
  return to.getUTCFullYear() - from.getUTCFullYear() - (order(to) <= order(from) ? 1 : 0);
}

function number(text) {
  if (!/^-?\d+$/.test(text)) throw new Error(`\`${text}\` is not a number here`);
  return Number(text);
}

/** `h:mm:ss` or `h:mm:ss.mmm`. */
function duration(text) {
  const [, h, m, s, ms = '0'] = /^(\d+):(\d\d):(\d\d)(?:\.(\d{3}))?$/.exec(text) ?? [];
  if (h === undefined) throw new Error(`\`${text}\` is no duration h:mm:ss`);
  return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1_000 + Number(ms);
}

/** `2026-03-05`, or with the day of the week before it, which must be right, as a number of days. */
function date(text) {
  const [, name, iso] = /^(?:(\w{3}) )?(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  const at = Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(at)) throw new Error(`\`${text}\` is no date`);
  const right = WEEK[new Date(at).getUTCDay()];
  if (name && name !== right) throw new Error(`${iso} is ${right}, not ${name}`);
  return at / DAY_MS;
}

/** Reads times relative to the day of the line. */
class Clock {
  constructor(zone, day) {
    const [, sign, h, m] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
    if (!sign) throw new Error(`\`${zone}\` is no zone like +08:00`);
    this.offsetMs = (sign === '-' ? -1 : 1) * (Number(h) * 60 + Number(m)) * 60_000;
    this.day = day;
  }

  line(text) {
    const [day, time] = this.#split(text);
    this.day = day;
    return this.#at(day, time);
  }

  instant(text) {
    return this.#at(...this.#split(text));
  }

  #split(text) {
    if (text.startsWith('next day ')) return [this.day + 1, text.slice('next day '.length)];
    const space = text.lastIndexOf(' ');
    return space < 0 ? [this.day, text] : [date(text.slice(0, space)), text.slice(space + 1)];
  }

  #at(day, time) {
    const ms = duration(time.length === 5 ? `${time}:00` : time);
    if (ms >= DAY_MS || time.length < 5) throw new Error(`\`${time}\` is no time`);
    return day * DAY_MS + ms - this.offsetMs;
  }
}
