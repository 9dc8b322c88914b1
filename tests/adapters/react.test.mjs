/** The bindings under the real React: on a server, and in a page of happy-dom. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Window } from 'happy-dom';
import { MASKED, assertClean, attacks, guardOf } from './hostile.mjs';

const window = new Window();
Object.assign(globalThis, { window, document: window.document });
// Node 21 has one of its own.
globalThis.navigator ??= window.navigator;
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const { StrictMode, act, createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
const { renderToString } = await import('react-dom/server');
const { GuardedMessage, useGuard, useGuardedText } = await import('tidegate/adapters/react');
after(() => window.close());

async function mount(element) {
  const place = window.document.createElement('div');
  window.document.body.append(place);
  const root = createRoot(place);
  const draw = (next) => act(async () => root.render(createElement(StrictMode, null, next)));
  await draw(element);
  return { place, draw, leave: () => act(async () => root.unmount()) };
}

test('no state of GuardedMessage shows a term, at any cut', async () => {
  const guard = await guardOf();
  for (const { term, pieces } of attacks()) {
    const { place, draw, leave } = await mount(createElement(GuardedMessage, { guard, text: '' }));
    const observer = new window.MutationObserver(() => assertClean(place.innerHTML));
    observer.observe(place, { childList: true, characterData: true, subtree: true });
    let text = '';
    for (const [index, piece] of pieces.entries()) {
      text += piece;
      await draw(createElement(GuardedMessage, { guard, text, isDone: index === pieces.length - 1 }));
      assertClean(place.innerHTML, pieces.join('|'));
    }
    const expected = { 赌博网站: `请看${MASKED}，就这样。`, 撤回词语: '内容已终止。' }[term] ?? '请看内容已终止。';
    assert.equal(place.textContent, expected);
    await leave();
    observer.disconnect();
    place.remove();
  }
});

test('children draw what may be shown', async () => {
  const guard = await guardOf();
  const { place, leave } = await mount(createElement(GuardedMessage, { guard, text: '去赌博网站。' }, ({ text }) => createElement('b', null, text)));
  assert.equal(place.innerHTML, `<div data-tidegate-state="open"><b>去${MASKED}。</b></div>`);
  await leave();
});

test('a server shows nothing of a text, with a guard and without', async () => {
  const guard = await guardOf();
  for (const given of [guard, undefined]) {
    assert.equal(renderToString(createElement(GuardedMessage, { guard: given, text: '任何话' })), '<div data-tidegate-state="open"></div>');
  }
});

test('useGuard shows nothing until the guard is there, and disposes of every guard it made', async () => {
  const made = [];
  let give;
  const waiting = new Promise((resolve) => (give = resolve));
  const create = async () => {
    await waiting;
    const guard = await guardOf();
    made.push(guard);
    return guard;
  };
  function App() {
    const { guard } = useGuard(create);
    return createElement('p', null, useGuardedText(guard, '去赌博网站。').text);
  }
  const { place, leave } = await mount(createElement(App));
  assert.equal(place.textContent, '');
  await act(async () => {
    give();
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  assert.equal(place.textContent, `去${MASKED}。`);
  await leave();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(made.length, 2);
  for (const guard of made) assert.throws(() => guard.message(), { code: 'guard/disposed' });
});

test('a guard that cannot be made is told, and nothing is shown', async () => {
  function App() {
    const { guard, error } = useGuard(async () => {
      throw new Error('no core');
    });
    return createElement('p', null, useGuardedText(guard, '任何话').text, error?.message);
  }
  const { place, leave } = await mount(createElement(App));
  assert.equal(place.textContent, 'no core');
  await leave();
});
