/** What the guard cost each frame of a page, read from a trace of Chromium. */
import { ATTACH, BEGIN, CONTROL, END, FRAME } from './page.mjs';

/** What a trace must have for it. */
export const CATEGORIES = ['devtools.timeline', 'blink.user_timing'];

/**
 * The parts in their order: `{ name, calls, frames }`, where `frames` are those in which the guard ran, and
 * `calls` the ones of `attach`. A cost is `{ cpu, wall }`, ms: processor time of the page's main thread, and with what
 * else the processor did meanwhile.
 */
export function costsIn(events) {
  const marks = events.filter(({ cat, ph }) => cat === 'blink.user_timing' && /^[IRi]$/.test(ph)).sort((one, other) => one.ts - other.ts);
  const begins = marks.filter(({ name }) => name.startsWith(BEGIN));
  const [{ pid, tid } = {}] = begins;
  const calls = outermost(events.filter((event) => event.name === 'FunctionCall' && event.ph === 'X' && event.pid === pid && event.tid === tid));
  return begins.map(({ name: mark, ts: from }) => {
    const name = mark.slice(BEGIN.length);
    const to = marks.find((other) => other.name === END + name && other.ts > from)?.ts;
    if (to === undefined) throw new Error(`the trace was cut off in: ${name}`);
    const frames = marks.filter((other) => other.name === FRAME && other.ts > from && other.ts < to).map(({ ts }) => ts);
    const within = calls.filter(({ ts }) => ts > from && ts < to);
    const attached = within.filter(({ args }) => args.data.functionName === ATTACH);
    return { name, calls: attached.map(costOf), frames: byFrame(within.filter(isGuards), frames) };
  });
}

function isGuards({ args: { data } }) {
  return data.functionName === CONTROL || /\/pkg\//.test(data.url);
}

function byFrame(calls, frames) {
  const costs = new Map();
  for (const call of calls) {
    const frame = frames.findLastIndex((ts) => ts <= call.ts);
    const { cpu, wall } = costOf(call);
    const before = costs.get(frame) ?? { cpu: 0, wall: 0 };
    costs.set(frame, { cpu: before.cpu + cpu, wall: before.wall + wall });
  }
  return [...costs.values()];
}

function costOf({ dur, tdur }) {
  if (tdur === undefined) throw new Error('this system does not tell the time of a thread');
  return { cpu: tdur / 1_000, wall: dur / 1_000 };
}

/** Those that are not within another. */
function outermost(calls) {
  let end = 0;
  return calls.sort((one, other) => one.ts - other.ts || other.dur - one.dur).filter(({ ts, dur }) => {
    if (ts < end) return false;
    end = ts + dur;
    return true;
  });
}
