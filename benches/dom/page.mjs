/**
 * What is measured in a page: a page of many nodes is attached to, then a stream types into it in several ways. Marks in
 * the trace say when each part begins and ends, and when a frame begins.
 */

/** What the page runs to attach, by which the trace knows it. */
export const ATTACH = 'attachToThePage';
/** What spins for a while without a guard. */
export const CONTROL = 'spinForAWhile';
/** The mark at the beginning of each frame. */
export const FRAME = 'frame';
/** Marks of a part: `begin: NAME` and `end: NAME`. */
export const BEGIN = 'begin: ';
export const END = 'end: ';

/** In the page; resolves once all parts have run. */
export async function exercise({ nodes, seconds, names }) {
  const { createGuard, init } = await import('/pkg/index.js');
  await init({ compiler: false });
  const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/starter.pack')).arrayBuffer())] });
  const main = document.querySelector('main');
  const paragraph = '<div class="turn"><p>今天天气<b>不错</b>，我们去<a href="https://example.org/">公园</a>散步吧。The weather is fine today.</p></div>';
  const NODES = 9;
  const CONTROL_FRAMES = 200;
  const CONTROL_MS = 0.5;
  const tick = () => { performance.mark(names.frame); requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  for (let count = 0; count < nodes; count += NODES) main.insertAdjacentHTML('beforeend', paragraph);
  const frames = (count) => new Promise((done) => { const wait = (left) => left === 0 ? done() : setTimeout(() => wait(left - 1), 17); wait(count); });
  await frames(10);
  /** All is read. */
  const whole = async () => { do await frames(3); while (getComputedStyle(main).opacity === '0'); };
  /** Runs a function of this name as a task of its own. */
  const task = (name, run) => new Promise((done) => setTimeout({ [name]: () => done(run()) }[name]));
  const part = async (name, run) => {
    performance.mark(names.begin + name);
    const result = await run();
    await frames(3);
    performance.mark(names.end + name);
    return result;
  };
  /** Types into a new turn; `length`: tokens of a paragraph. */
  const type = async (name, write, length, before = 0) => {
    const turn = document.createElement('div');
    turn.className = 'turn';
    main.append(turn);
    let p = turn;
    for (let token = 0; token < before; token += 1) {
      if (token % length === 0) turn.append(p = document.createElement('p'));
      p.append('今天');
    }
    await whole();
    await part(name, async () => {
      for (let token = 0, end = performance.now() + seconds * 1_000; performance.now() < end; token += 1) {
        if (token % length === 0 && !(token === 0 && before > 0)) turn.append(p = document.createElement('p'));
        write(p, ['今天', '天气', '不错', '，the', ' fine'][token % 5]);
        if (token % 3 === 2) await frames(1);
      }
    });
  };
  const append = (p, token) => p.append(token);
  const ways = {
    'text nodes into one paragraph': append,
    'one text node that grows': (p, token) => p.firstChild ? p.firstChild.appendData(token) : append(p, token),
    'an element a token': (p, token) => { const span = document.createElement('span'); span.textContent = token; p.append(span); },
    'the whole paragraph anew': (p, token) => { p.textContent += token; },
  };
  const attach = (name, options) => part(name, async () => {
    const detach = await task(names.attach, () => guard.attach(main, options));
    await whole();
    return detach;
  });

  // What the machine adds to a frame: a slice's time, of which nothing is used.
  await part(`no guard, a loop of ${CONTROL_MS} ms`, async () => {
    for (let count = 0; count < CONTROL_FRAMES; count += 1) {
      await task(names.control, () => { for (const end = performance.now() + CONTROL_MS; performance.now() < end;); });
      await frames(1);
    }
  });
  const detach = await attach('attach');
  // A paragraph of about 500 characters.
  for (const [name, write] of Object.entries(ways)) await type(name, write, 170);
  detach();
  const detachAgain = await attach('attach again', { messages: '.turn' });
  await type('a message of 2,000 texts and more', append, 60, 2_040);
  await type('the same in one paragraph', append, Infinity, 2_000);
  detachAgain();
}
