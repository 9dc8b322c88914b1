/** The bindings under the real Vue: on a server, and in a page of happy-dom. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Window } from 'happy-dom';
import { MASKED, assertClean, attacks, guardOf } from './hostile.mjs';

const window = new Window();
globalThis.window = window;
for (const name of ['document', 'Element', 'HTMLElement', 'SVGElement', 'Node']) globalThis[name] = window[name];
const { createApp, createSSRApp, h, nextTick, ref } = await import('vue');
const { renderToString } = await import('vue/server-renderer');
const { GuardedMessage, useGuard, useGuardedText } = await import('tidegate/adapters/vue');
after(() => window.close());

function mount(component) {
  const place = window.document.createElement('div');
  window.document.body.append(place);
  const app = createApp(component);
  app.mount(place);
  return { place, leave: () => app.unmount() };
}

test('no state of GuardedMessage shows a term, at any cut', async () => {
  const guard = await guardOf();
  for (const { term, pieces } of attacks()) {
    const text = ref('');
    const isDone = ref(false);
    // A guard in a ref is a proxy.
    const held = ref(guard);
    const { place, leave } = mount(() => h(GuardedMessage, { guard: held.value, text: text.value, isDone: isDone.value }));
    for (const [index, piece] of pieces.entries()) {
      text.value += piece;
      isDone.value = index === pieces.length - 1;
      await nextTick();
      assertClean(place.innerHTML, pieces.join('|'));
    }
    const expected = { 赌博网站: `请看${MASKED}，就这样。`, 撤回词语: '内容已终止。' }[term] ?? '请看内容已终止。';
    assert.equal(place.textContent, expected);
    leave();
    place.remove();
  }
});

test('the slot draws what may be shown', async () => {
  const guard = await guardOf();
  const { place, leave } = mount(() => h(GuardedMessage, { guard, text: '去赌博网站。' }, { default: ({ shown }) => h('b', shown.text) }));
  assert.equal(place.innerHTML, `<div data-tidegate-state="open"><b>去${MASKED}。</b></div>`);
  leave();
});

test('a server makes no guard and shows nothing', async () => {
  let asked = 0;
  const App = {
    setup() {
      const state = useGuard(async () => (asked += 1, guardOf()));
      const shown = useGuardedText(() => state.guard, '任何话');
      return () => h('p', shown.value.text);
    },
  };
  assert.equal(await renderToString(createSSRApp(App)), '<p></p>');
  assert.equal(asked, 0);
});

test('useGuard shows nothing until the guard is there, and disposes of it', async () => {
  const guard = await guardOf();
  const { place, leave } = mount({
    setup() {
      const state = useGuard(async () => guard);
      const shown = useGuardedText(() => state.guard, '去赌博网站。');
      return () => h('p', shown.value.text);
    },
  });
  assert.equal(place.textContent, '');
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(place.textContent, `去${MASKED}。`);
  leave();
  assert.throws(() => guard.message(), { code: 'guard/disposed' });
});
