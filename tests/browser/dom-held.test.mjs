/** `guard.attach` with `messages`: what may still become a term is not painted until it is decided. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROWSER, CHROMIUM_ONLY } from './browsers.mjs';
import { browser, run } from './dom-support.mjs';

/** For the page. */
const HELPERS = `
  const highlight = () => CSS.highlights.get('tidegate-held') ?? new Set();
  const heldTexts = () => [...highlight()].map(({ startContainer, startOffset, endContainer, endOffset }) => {
    const range = new Range(); range.setStart(startContainer, startOffset); range.setEnd(endContainer, endOffset); return range;
  });
  /** The text of an element without what is held. */
  const painted = (element) => {
    const ranges = heldTexts(); let text = '';
    for (const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT); walker.nextNode();) {
      const node = walker.currentNode;
      const isHeld = (at) => ranges.some((range) => range.isPointInRange(node, at) && range.isPointInRange(node, at + 1));
      text += [...node.data].filter((_, at) => !isHeld(at)).join('');
    }
    return text;
  };
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  const bubble = (text = '') => { const p = document.createElement('p'); p.className = 'bubble'; if (text) p.append(text); root.append(p); return p; };
`;

test('what is painted of a message is what guard.message has released, however it is written, and all of it in the end', async (t) => {
  const seed = Number(process.env.TIDEGATE_DOM_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`TIDEGATE_DOM_SEED=${seed}`);
  const result = await run(`${HELPERS}
    await start(); attach({ messages: '.bubble' });
    const below = seeded(values[0]); const pick = (list) => list[below(list.length)];
    const PARTS = ['赌博网站', 'forbidden', '下注链接', '甲乙丙丁', '赌博', '网站', '甲乙', 'for', '赌', '气', '，', '好', ' f', 'x', '赌 博', '提醒词语'];
    // In what may be markup a page ends a message sooner: it need not wait for the end of the text.
    const MARKUP = [...PARTS, '<', '&amp'];
    // Masks lie where their letters do, and a page counts them otherwise in what is drawn out.
    const squeeze = (text) => text.replace(/＊+/g, '＊');
    const ways = {
      nodes: (p, token) => p.append(token),
      elements: (p, token) => { const span = document.createElement(pick(['span', 'b'])); span.append(token); p.append(span); },
      data: (p, token) => p.firstChild ? p.firstChild.appendData(token) : p.append(token),
      anew: (p, token, whole) => { p.replaceChildren(...whole.split(/(?<=，)/)); },
      deep: (p, token) => { if (!p.firstChild) p.append(document.createElement('i')); p.firstChild.append(token); },
    };
    const wrong = []; const all = [];
    for (const [way, write] of Object.entries(ways)) for (let count = 0; count < 12; count += 1) {
      const p = bubble(); const message = guard.message(); let whole = ''; let released = ''; let isOver = false;
      const ends = below(3) === 0;
      let text = '看'; for (let parts = below(8); parts >= 0; parts -= 1) text += pick(ends ? PARTS : MARKUP);
      if (ends) text += pick(['终止词语', '撤回词语']) + '赌';
      for (let at = 0; at < text.length;) {
        const token = text.slice(at, at += 1 + below(4)); whole += token;
        const written = performance.now(); write(p, token, whole);
        const { text: more, state, notice } = message.push(token);
        if (!isOver) released = state === 'retracted' ? notice : released + more + (state === 'terminated' ? notice : '');
        isOver = state !== 'open';
        await null; if (below(4) === 0) await nextFrame();
        while (p.style.opacity === '0' || root.style.opacity === '0') await nextFrame();
        // Where a busy machine stopped for so long, what was held counts as ended.
        if (performance.now() - written < 900 && squeeze(painted(p)) !== squeeze(released)) wrong.push([way, whole, painted(p), released, p.innerHTML]);
      }
      all.push([p, squeeze(released + message.finish().text), text]);
    }
    await later(1_200);
    for (const [p, released, text] of all) if (squeeze(painted(p)) !== released) wrong.push(['end', text, painted(p), released]);
    return { wrong: wrong.slice(0, 3), held: heldTexts().length };`, seed);
  assert.deepEqual(result, { wrong: [], held: 0 }, `seed ${seed}`);
});

test('the first token of a new message is held; what ends as it is shows after a second, and is held again when it grows', async () => {
  const result = await run(`${HELPERS}
    await start(); attach({ messages: '.bubble' });
    const p = bubble('赌'); await null; await nextFrame();
    const states = [painted(p)];
    p.append('博'); await null; states.push(painted(p));
    await later(600); p.replaceChildren('赌博'); await null; states.push(painted(p));
    await later(600); states.push(painted(p));
    // Drawn anew, it is the same text.
    p.replaceChildren('赌', '博'); await null; states.push(painted(p));
    p.append('网'); await null; states.push(painted(p));
    p.append('站'); await null; states.push(painted(p));
    p.append('，赌'); await null; states.push(painted(p));
    p.remove(); await later(1_100);
    return { states, held: heldTexts().length, seen };`);
  assert.deepEqual(result, { states: ['', '', '', '赌博', '赌博', '', '＊＊＊＊', '＊＊＊＊，'], held: 0, seen: [] });
});

test('over nodes and behind masks what is held begins where it does, and an ended message holds nothing', async () => {
  const result = await run(`${HELPERS}
    await start(); attach({ messages: '.bubble' });
    const shown = [];
    for (const html of ['看<b>赌博</b>网<i>站赌</i><u>博</u>', '下注链接，<b>下</b>注', '<b>终止词语</b>赌', '撤回词语赌', '<span>看</span><span> </span>', '赌<br>博', '<p>赌</p><p>博</p>']) {
      const p = document.createElement('div'); p.className = 'bubble'; p.innerHTML = html; root.append(p);
      await null; shown.push([painted(p), p.textContent]); await nextFrame();
    }
    return { shown, seen };`);
  assert.deepEqual(result, {
    shown: [['看＊＊＊＊', '看＊＊＊＊赌博'], ['〔略〕，', '〔略〕，下注'], ['内容已终止。', '内容已终止。'], ['内容已终止。', '内容已终止。'], ['看 ', '看 '], ['', '赌博'], ['', '赌博']], seen: [],
  });
});

test('nothing is held of texts that nobody called messages, or where the browser has no highlights', async () => {
  const result = await run(`${HELPERS}
    await start(); attach();
    const p = bubble('赌'); await null; const plain = [painted(p), CSS.highlights.size]; detach();
    const { Highlight } = window; window.Highlight = undefined;
    attach({ messages: '.bubble' }); p.append('博'); await null; const without = [painted(p), CSS.highlights.size];
    p.append('网站'); await null; without.push(p.textContent); detach(); window.Highlight = Highlight;
    return { plain, without };`);
  assert.deepEqual(result, { plain: ['赌', 0], without: ['赌博', 0, '＊＊＊＊'] });
});

test('detached, the page has neither highlight nor style; in a shadow root they count too, and of many messages the last are held', async () => {
  const result = await run(`${HELPERS}
    await start(); attach({ messages: '.bubble' });
    const own = new CSSStyleSheet(); document.adoptedStyleSheets = [own];
    const host = document.createElement('div'); root.append(host); const shadow = host.attachShadow({ mode: 'open' });
    shadow.innerHTML = '<p class="bubble">看赌</p>'; const p = bubble('看赌'); await null; await nextFrame();
    const held = [painted(shadow), painted(p), shadow.adoptedStyleSheets.length, document.adoptedStyleSheets.length];
    // The page forgets the style of others.
    document.adoptedStyleSheets = [own]; p.append('博'); await null; held.push(document.adoptedStyleSheets.length);
    const many = Array.from({ length: 70 }, () => bubble('赌')); await null;
    while ([root, ...many].some(({ style }) => style.opacity === '0')) await nextFrame();
    const most = [heldTexts().length, painted(many[0]), painted(many[69])];
    detach();
    return { held, most, after: [CSS.highlights.size, document.adoptedStyleSheets.length, shadow.adoptedStyleSheets.flatMap(({ cssRules }) => [...cssRules]).length] };`);
  assert.deepEqual(result, { held: ['看', '看', 1, 2, 2], most: [64, '赌', ''], after: [0, 1, 0] });
});

/** Pixels that are not white, of each character of the message. */
const inked = async () => run(`
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + values[0])).blob());
  const canvas = new OffscreenCanvas(image.width, image.height); const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
  const scale = image.width / document.documentElement.clientWidth; const counts = [];
  for (const walker = document.createTreeWalker(root.querySelector('.bubble'), NodeFilter.SHOW_TEXT); walker.nextNode();) {
    for (let at = 0; at < walker.currentNode.length; at += 1) {
      const range = new Range(); range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + 1);
      const { x, y, width, height } = range.getBoundingClientRect(); const { data } = context.getImageData(x * scale, y * scale, Math.max(1, width * scale - 1), height * scale);
      let count = 0; for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 600) count += 1;
      counts.push(count > 0);
    }
  }
  return counts;`, await browser().takeScreenshot());

test('what is held is in no pixel', { skip: BROWSER === 'webkit' ? 'its driver takes no screenshots here' : false }, async () => {
  await run(`${HELPERS}
    document.body.style = 'margin:0;background:white;font:40px sans-serif;overflow:hidden';
    await start(); attach({ messages: '.bubble' });
    const p = bubble(); p.style = 'margin:0;color:black'; p.innerHTML = 'AB, <b style="color:red">for</b><a href="/x" style="text-decoration:none">bid</a>'; await null; await nextFrame(); await nextFrame();`);
  assert.deepEqual(await inked(), [true, true, true, false, ...Array(6).fill(false)]);
  await run('root.firstChild.lastChild.append("s"); await null; await nextFrame(); await nextFrame();');
  assert.deepEqual(await inked(), [true, true, true, false, ...Array(7).fill(true)]);
});

test('with forced colours nothing is held', CHROMIUM_ONLY, async () => {
  const forced = (value) => browser().sendDevToolsCommand('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value }] });
  await forced('active');
  await run(`${HELPERS}
    document.body.style = 'margin:0;font:40px sans-serif;overflow:hidden';
    await start(); attach({ messages: '.bubble' }); bubble('AB, for').style.margin = '0'; await null; await nextFrame(); await nextFrame();`);
  assert.deepEqual(await inked(), [true, true, true, false, true, true, true]);
  await forced('none');
});
