/** What Chromium's own trace tells of a page's main thread. */

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', 'v8'];
/** Work of scripts and WebAssembly; nested ones count once. */
const SCRIPT = /^(EvaluateScript|v8\.(compile|run|evaluateModule|produceCache)\w*|FunctionCall|TimerFire|EventDispatch|RunMicrotasks|V8\.GC\w*|MinorGC|MajorGC|wasm\.\w+|v8\.wasm\.\w+|FireAnimationFrame)$/;

/** Runs `work` in the page under a trace, on a processor that is `slowdown` times slower; the trace's events. */
export async function traced(browser, page, slowdown, work) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await session.detach();
  return traceEvents;
}

/**
 * When the page that was traced began to load and first painted something, and the thread that did, in µs.
 * `afterMs`: how long the page itself says that took; a process that has just been started tells the trace
 * too late of what it began with.
 */
export function paintOf(events, afterMs) {
  const paint = events.find(({ name }) => name === 'firstContentfulPaint');
  if (!paint) throw new Error('the trace has no first paint');
  const { pid, tid, ts } = paint;
  return { from: ts - afterMs * 1000, to: ts, pid, tid };
}

/**
 * Work of that thread between two moments, ms: all tasks, the longest, and scripts among them. By the
 * thread's own clock, so that other processes do not count.
 */
export function workOf(events, { from, to, pid, tid }) {
  const within = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X' && event.ts >= from && event.ts < to);
  const ms = ({ ts, dur = 0, tdur = dur }) => (ts + dur > to ? tdur * (to - ts) / dur : tdur) / 1000;
  const tasks = within.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
  const sum = (list) => list.reduce((total, event) => total + ms(event), 0);
  return { tasks: sum(outermost(tasks)), longest: Math.max(0, ...outermost(tasks).map(ms)), scripts: sum(outermost(within.filter(({ name }) => SCRIPT.test(name)))) };
}

/** Without those that are within another. */
function outermost(events) {
  let end = 0;
  return [...events].sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)).filter(({ ts, dur = 0 }) => {
    if (ts < end) return false;
    end = ts + dur;
    return true;
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
