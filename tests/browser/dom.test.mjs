/** `guard.attach`: what a page displays is judged before it is painted, wherever it stands, and put back afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requests, run } from './dom-support.mjs';

test('a term is hidden at every cut into nodes, whatever elements the parts are in', async () => {
  const result = await run(`
    await start(); attach();
    const wrong = [];
    const term = '赌博网站';
    for (let cuts = 0; cuts < 2 ** (term.length + 1); cuts += 1) {
      for (const names of [[null], ['b', null, 'i'], ['span'], ['em', 'a', 'code']]) {
        const p = document.createElement('p');
        let rest = '去' + term + '看'; const parts = [];
        for (let at = 0, from = 0; at < rest.length; at += 1) if (at === rest.length - 1 || cuts >> at & 1) { parts.push(rest.slice(from, at + 1)); from = at + 1; }
        parts.forEach((part, at) => { const name = names[at % names.length]; const node = document.createTextNode(part); if (!name) return p.append(node); const element = document.createElement(name); element.append(node); p.append(element); });
        root.append(p);
        await null;
        // More in a frame than one slice: hidden until the next.
        while (p.style.opacity === '0') await nextFrame();
        if (p.textContent !== '去＊＊＊＊看') wrong.push([cuts, names, p.innerHTML]);
        p.remove();
      }
    }
    return { wrong, seen };`);
  assert.deepEqual(result, { wrong: [], seen: [] });
});

test('nested, in shadow of a style, over lines and beside a reading, parts are one text; blocks are not', async () => {
  const result = await run(`
    await start(); attach();
    const shown = [];
    for (const html of [
      '<b>for</b>bid<i>den</i>', '<b>f<i>or<u>bid</u></i></b>den', 'for<wbr>bidden', 'for<!-- -->bidden', '赌博<br>网站',
      '<span style="display:block">赌博</span><span style="display:block">网站</span>', '<div style="display:inline-block">赌博</div><div style="display:inline">网站</div>',
      '<ruby>赌<rt>dǔ</rt>博<rt>bó</rt></ruby>网站', '赌博<script>var a</'+'script>网站', '赌<img alt="">博网站',
      '<div>赌博</div><div>网站</div>', '<p>forbid</p>den', '<button>赌博</button>x', '<table><tr><td>赌博<td>网站</table>',
    ]) { root.innerHTML = html; await null; shown.push(root.textContent); }
    return { shown, seen };`);
  assert.deepEqual(result.shown, [
    '＊＊＊＊＊＊＊＊＊', '＊＊＊＊＊＊＊＊＊', '＊＊＊＊＊＊＊＊＊', '＊＊＊＊＊＊＊＊＊', '＊＊＊＊', '＊＊＊＊', '＊＊＊＊',
    '＊dǔ＊bó＊＊', '＊＊var a＊＊', '＊＊＊＊', '赌博网站', 'forbidden', '赌博x', '赌博网站',
  ]);
});

test('a stream that types shows no term in any frame, however it writes', async (t) => {
  const seed = Number(process.env.TIDEGATE_DOM_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`TIDEGATE_DOM_SEED=${seed}`);
  for (const write of [
    'p.append(token)', 'const span = document.createElement("span"); span.textContent = token; p.append(span)', 'p.textContent += token',
    'p.innerHTML += token', '(p.firstChild ?? p.appendChild(new Text())).data += token', 'p.firstChild ? p.firstChild.appendData(token) : p.append(token)',
    'whole += token; p.replaceChildren(whole)', 'whole += token; p.innerHTML = "<b>" + whole + "</b>"',
  ]) {
    const result = await run(`
      await start(); attach(); seen.length = 0;
      const random = seeded(values[0]);
      const p = document.createElement('p'); root.replaceChildren(p);
      let whole = ''; const before = frames;
      for (const token of '先看赌博网站，再看for') { ${write}; if (random(2) === 0) await null; if (random(3) === 0) await nextFrame(); }
      for (const token of ['bid', 'den', '，完。']) { ${write}; await nextFrame(); }
      const text = root.textContent; detach();
      return { text, seen, ticked: frames - before >= 3 };`, seed);
    assert.deepEqual(result, { text: '先看＊＊＊＊，再看＊＊＊＊＊＊＊＊＊，完。', seen: [], ticked: true }, `${write}, seed ${seed}`);
  }
});

test('each action does what it does to a message, and tells once', async () => {
  const result = await run(`
    await start(); attach();
    root.innerHTML = '<p>前下注链接后</p><p>前终止词语后<b>再</b></p><p>前<b>面</b>撤回词语后</p><p>前提醒词语后</p><p>无关</p>';
    await null;
    const first = root.innerHTML;
    root.children[1].append('更多'); root.children[2].append('更多'); root.children[1].innerHTML += '还有';
    await null;
    await nextFrame();
    // What more text could still dismiss is told when no more comes.
    await new Promise((done) => setTimeout(done, 1_200));
    return { first, second: root.innerHTML, seen, found: found.sort() };`);
  assert.equal(result.first, '<p>前〔略〕后</p><p>前内容已终止。<b></b></p><p>内容已终止。<b></b></p><p>前提醒词语后</p><p>无关</p>');
  assert.equal(result.second, result.first);
  assert.deepEqual(result.seen, []);
  assert.deepEqual(result.found, [['flag', 1, 'p', ''], ['replace', 1, 'p', ''], ['retract', 2, 'p', ''], ['terminate', 1, 'p', '']]);
});

test('a text in the place of another is told too, and what is added to one once', async () => {
  const result = await run(`
    await start(); root.innerHTML = '<p>好</p>'; attach(); const p = root.firstChild;
    const told = [];
    for (const text of ['去下注链接后', '看，下注链接后', '看，下注链接后，再看']) { p.textContent = text; await null; told.push(found.splice(0)); }
    for (const token of ['，', '下注', '链接', '后', '。']) { p.append(token); await null; await nextFrame(); }
    told.push(found.splice(0));
    return { told, text: p.textContent, seen };`);
  assert.deepEqual(result, {
    told: [[['replace', 1, 'p', '']], [['replace', 2, 'p', '']], [], [['replace', 11, 'p', '']]], text: '看，〔略〕后，再看，〔略〕后。', seen: [],
  });
});

test('more texts than one frame may cost are hidden until another, and then judged', async () => {
  const result = await run(`
    await start(); root.innerHTML = '<p>' + '<b>好</b>'.repeat(30) + '</p>'; root.innerHTML = root.innerHTML.repeat(40); attach();
    while (getComputedStyle(root).opacity === '0') await nextFrame();
    const paragraphs = [...root.querySelectorAll('p')]; await nextFrame();
    for (const p of paragraphs) p.prepend('赌博网站'); await null;
    const open = paragraphs.filter((p) => getComputedStyle(p).opacity !== '0');
    const first = { some: open.length > 0 && open.length < 40, judged: open.every((p) => p.textContent.startsWith('＊')) };
    while (root.querySelector('[style]')) await nextFrame();
    return { first, all: paragraphs.every((p) => p.textContent.startsWith('＊＊＊＊好')), attributes: root.querySelectorAll('[aria-hidden]').length, seen };`);
  assert.deepEqual(result, { first: { some: true, judged: true }, all: true, attributes: 0, seen: [] });
});

test('a message of several blocks ends as a whole, and terms lie across its blocks', async () => {
  const result = await run(`
    await start(); attach({ messages: '.bubble' });
    root.innerHTML = '<div class="bubble"><p>一</p><ul><li>终止词语</li></ul><p>二</p></div><div class="bubble"><p>撤回词语</p><p>三</p></div><div class="bubble"><p>赌博</p><p>网站</p></div><p>外</p>';
    await null;
    const first = [...root.children].map(({ textContent }) => textContent);
    const p = document.createElement('p'); p.textContent = '四'; root.children[0].append(p); root.children[1].append(p.cloneNode(true));
    await null;
    const second = [...root.children].map(({ textContent }) => textContent);
    detach();
    return { first, second, third: root.textContent, seen };`);
  assert.deepEqual(result, {
    first: ['一内容已终止。', '内容已终止。', '＊＊＊＊', '外'], second: ['一内容已终止。', '内容已终止。', '＊＊＊＊', '外'],
    third: '一终止词语二四撤回词语三四赌博网站外', seen: [],
  });
});

test('attributes that show text are judged, a value only of buttons', async () => {
  const names = ['title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-placeholder', 'aria-roledescription',
    'aria-valuetext', 'aria-braillelabel', 'aria-brailleroledescription'];
  const result = await run(`
    await start(); attach();
    const [names] = values; const shown = {};
    for (const when of ['before', 'after']) for (const name of names) {
      const element = document.createElement('i');
      if (when === 'before') element.setAttribute(name, '去赌博网站'); root.append(element); if (when === 'after') element.setAttribute(name, '去赌博网站');
      await null; shown[when + ' ' + name] = element.getAttribute(name);
    }
    for (const type of ['button', 'submit', 'reset', 'text']) { root.insertAdjacentHTML('beforeend', '<input type="' + type + '" value="赌博网站">'); await null; shown[type] = root.lastChild.value; }
    root.insertAdjacentHTML('beforeend', '<li value="3" data-x="赌博网站"></li>'); await null;
    shown.data = root.lastChild.dataset.x;
    const place = names.map((name) => root.querySelector('[' + name + ']')); place.forEach((element, at) => element.setAttribute(names[at], '好')); await null;
    shown.changed = place.map((element, at) => element.getAttribute(names[at])).join('');
    detach(); shown.restored = root.querySelectorAll('input')[0].value + root.querySelectorAll('[title]')[1].title;
    return { shown, seen };`, names);
  const { shown } = result;
  for (const when of ['before', 'after']) for (const name of names) assert.equal(shown[`${when} ${name}`], '去＊＊＊＊', `${when} ${name}`);
  assert.deepEqual([shown.button, shown.submit, shown.reset, shown.text, shown.data], ['＊＊＊＊', '＊＊＊＊', '＊＊＊＊', '赌博网站', '赌博网站']);
  assert.equal(shown.changed, '好'.repeat(names.length));
  assert.equal(shown.restored, '赌博网站去赌博网站');
  assert.deepEqual(result.seen, []);
});

test('shadow roots are guarded: there before, attached later, declared, nested, closed ones once seen, others by hand', async () => {
  const result = await run(`
    await start();
    const host = (mode) => { const element = document.createElement('div'); const shadow = element.attachShadow({ mode }); return [element, shadow]; };
    const [before, inBefore] = host('open'); inBefore.innerHTML = '<p>赌博网站</p>'; root.append(before);
    const [early, inEarly] = host('closed'); inEarly.innerHTML = '<p>赌博网站</p>'; root.append(early);
    const native = Element.prototype.attachShadow;
    attach();
    const shown = { before: inBefore.textContent, early: inEarly.textContent };
    inBefore.firstChild.append('赌博', '网站'); await null; shown.changed = inBefore.textContent;
    const late = document.createElement('div'); root.append(late); await null;
    const inLate = late.attachShadow({ mode: 'open' }); inLate.innerHTML = '赌博<b>网站</b>'; await null; shown.late = inLate.textContent;
    const [closed, inClosed] = host('closed'); inClosed.innerHTML = '赌博网站'; root.append(closed); await null; shown.closed = inClosed.textContent;
    const [outer, inOuter] = host('open'); const [inner, inInner] = host('open'); inOuter.append(inner); root.append(outer); await null; inInner.append('赌博网站'); await null; shown.nested = inInner.textContent;
    if (root.setHTMLUnsafe) { const div = document.createElement('div'); root.append(div); div.setHTMLUnsafe('<div><template shadowrootmode="open">赌博网站</template></div>'); await null; shown.declared = div.firstChild.shadowRoot.textContent; }
    else shown.declared = '＊＊＊＊';
    const byHand = guard.attach(inEarly); shown.byHand = inEarly.textContent; byHand();
    detach();
    return { shown, restored: [inBefore, inLate, inClosed, inInner, inEarly].map(({ textContent }) => textContent), put: Element.prototype.attachShadow === native, seen };`);
  assert.deepEqual(result.shown, {
    before: '＊＊＊＊', early: '赌博网站', changed: '＊＊＊＊＊＊＊＊', late: '＊＊＊＊', closed: '＊＊＊＊', nested: '＊＊＊＊', declared: '＊＊＊＊', byHand: '＊＊＊＊',
  });
  assert.deepEqual(result.restored, ['赌博网站赌博网站', '赌博网站', '赌博网站', '赌博网站', '赌博网站']);
  assert.deepEqual([result.put, result.seen], [true, []]);
});

test('what the user edits is left alone unless it is asked for', async () => {
  const CODE = `
    root.innerHTML = '<div contenteditable="true"><p>赌博网站</p></div><input><textarea>赌博网站</textarea><input type="password">';
    const [, input, area, secret] = root.children; input.value = secret.value = '赌博网站';
    await null;
    for (const field of [input, area, secret]) field.dispatchEvent(new Event('input', { bubbles: true }));
    root.querySelector('p').append('赌博网站');
    await null;
    const shown = [root.querySelector('p').textContent, input.value, area.value, secret.value];
    detach();
    return [shown, [root.querySelector('p').textContent, input.value, area.value]];`;
  const raw = ['赌博网站赌博网站', '赌博网站', '赌博网站'];
  assert.deepEqual(await run(`await start(); attach(); ${CODE}`), [[...raw, '赌博网站'], raw]);
  assert.deepEqual(await run(`await start(); attach({ editable: true }); ${CODE}`), [['＊＊＊＊＊＊＊＊', '＊＊＊＊', '＊＊＊＊', '赌博网站'], raw]);
});

test('what is to be ignored is, and what is outside the root', async () => {
  const result = await run(`
    await start(); attach({ ignore: '.mine' });
    root.innerHTML = '<div class="mine" title="赌博网站"><p>赌博网站</p></div><p>赌博<span class="mine">x</span>网站</p>';
    const outside = document.createElement('p'); outside.textContent = '赌博网站'; document.body.append(outside);
    await null; root.querySelector('.mine p').append('！'); await null;
    return [root.textContent, root.firstChild.title, outside.textContent];`);
  assert.deepEqual(result, ['赌博网站！＊＊x＊＊', '赌博网站', '赌博网站']);
});

test('addresses of denied hosts are taken out, however they are written, and put back', async () => {
  const result = await run(`
    await start();
    root.innerHTML = '<a href="https://bad.example/x">一</a><a href="//www.bad.example">二</a><a href="https:\\\\\\\\BAD.example">三</a><a href="https://b%61d.example/">四</a>'
      + '<a href="https://good.example/">五</a><a href="/local">六</a><a href="mailto:a@good.example">七</a><form action="https://bad.example/f"></form>'
      + '<svg><image href="https://bad.example/i"></image></svg><area href="https://bad.example"><link href="https://bad.example/l"><iframe src="https://bad.example/frame"></iframe>';
    const before = root.innerHTML; attach();
    const state = () => [...root.querySelectorAll('a,form,image,area,link,iframe')].map((element) => element.getAttribute('href') ?? element.getAttribute('action') ?? element.getAttribute('src') ?? '');
    const first = state();
    root.children[4].href = 'https://sub.bad.example/'; root.children[0].href = 'https://good.example/'; await null;
    const second = state().slice(0, 5);
    root.children[4].href = 'https://good.example/'; root.children[0].href = 'https://bad.example/x'; await null;
    detach();
    return { first, second, restored: root.innerHTML === before, found: found.filter(([rule]) => rule === 'hosts').length > 5 };`);
  assert.deepEqual(result.first, ['', '', '', '', 'https://good.example/', '/local', 'mailto:a@good.example', '', '', '', 'https://bad.example/l', 'about:blank']);
  assert.deepEqual(result.second, ['https://good.example/', '', '', '', '']);
  assert.deepEqual([result.restored, result.found], [true, true]);
});

test('an image that the policy denies is never displayed, and a local one is', async () => {
  // Terms count in addresses too, so that the test needs no host of its own.
  const result = await run(`
    await start(); attach();
    const image = (name, value) => { const img = document.createElement('img'); img.setAttribute(name, value); root.append(img); return img; };
    const denied = [image('src', '/forbidden.svg'), image('srcset', '/ok.svg 1x, /forbidden.svg 2x')]; const good = image('src', '/good.svg');
    await null;
    const attributes = denied.map((img) => [img.getAttribute('src'), img.getAttribute('srcset')]);
    for (let tries = 0; !good.complete && tries < 100; tries += 1) await nextFrame();
    return { attributes, widths: [...denied, good].map(({ naturalWidth }) => naturalWidth) };`);
  assert.deepEqual(result, { attributes: [[null, null], [null, null]], widths: [0, 0, 9] });
  assert.ok(requests.includes('/good.svg'));
});

test('verdicts become records, each once, also when the interface builds its elements anew', async () => {
  const posted = await run(`
    const { memoryHost } = await import('/pkg/index.js');
    const posted = [];
    const send = async ({ body }) => {
      const records = JSON.parse(new TextDecoder().decode(body)); posted.push(...records);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(JSON.stringify({ accepted: records.map(({ id }) => id), duplicates: [], rejected: [] })) };
    };
    await start({ host: memoryHost({ send }), reports: { endpoint: 'https://collector.example/v1/reports' } }); attach();
    let whole = '';
    for (const token of ['去', '赌博', '网站', '看', '，', '再', '看']) { whole += token; root.innerHTML = '<p>' + whole + '</p>'; await nextFrame(); }
    root.insertAdjacentHTML('beforeend', '<p title="forbidden">提醒词语</p>'); await nextFrame();
    detach();
    await guard.reports.flush();
    return posted;`);
  const records = posted.filter(({ data }) => data.rule !== undefined).map(({ data }) => [data.rule, data.message, data.channel, data.shownUnits]);
  assert.deepEqual(records.map(([rule]) => rule).sort(), ['flag', 'mask', 'mask'], JSON.stringify(posted));
  assert.ok(records.every(([, message]) => typeof message === 'string' && message !== ''));
});

test('the guard does not answer its own changes, and hides a page that fights it', async () => {
  const quiet = await run(`
    await start(); attach();
    root.innerHTML = '<p title="赌博网站">赌博<b>网站</b></p>'.repeat(50); await null; await nextFrame();
    while (root.querySelector('[style]')) await nextFrame();
    await nextFrame();
    const before = batches; await nextFrame(); await nextFrame(); await nextFrame();
    return batches - before;`);
  assert.equal(quiet, 0);
  const fought = await run(`
    await start(); root.innerHTML = '<p>好</p>'; attach(); const p = root.firstChild; let turns = 0;
    const enemy = new MutationObserver(() => { if (turns < 5_000 && p.textContent !== '赌博网站') { turns += 1; p.textContent = '赌博网站'; } });
    enemy.observe(p, { childList: true, characterData: true, subtree: true });
    p.textContent = '赌博网站';
    await nextFrame();
    enemy.disconnect(); p.textContent = '好了';
    const hidden = getComputedStyle(root).opacity;
    await new Promise((done) => setTimeout(done, 1_100));
    await nextFrame();
    return { turns, hidden, opacity: getComputedStyle(root).opacity, text: root.textContent, seen: seen.filter((line) => line.startsWith('frame')) };`);
  assert.ok(fought.turns <= 2_100, `${fought.turns} turns`);
  assert.deepEqual([fought.hidden, fought.opacity, fought.text, fought.seen], ['0', '1', '好了', []]);
});

test('a large page is read in slices, hidden until it is read, and all of it is', async () => {
  const result = await run(`
    await start();
    root.innerHTML = Array.from({ length: 1_200 }, (_, at) => '<div><p>第' + at + '段<b>赌博</b>网站</p></div>').join('');
    const before = root.innerHTML; seen.length = 0; const at = frames; attach();
    const hidden = getComputedStyle(root).opacity;
    while (getComputedStyle(root).opacity === '0') await nextFrame();
    const first = frames - at; const left = root.textContent.includes('赌');
    // Among it, while it is read, the page changes.
    root.insertAdjacentHTML('beforeend', '<section>' + '<p>赌博网站</p>'.repeat(900) + '</section>');
    await null; root.lastChild.children[500].remove(); root.lastChild.firstChild.before(root.lastChild.children[800]);
    while (root.textContent.includes('赌')) await nextFrame();
    const styles = root.querySelectorAll('[style]').length + (root.hasAttribute('style') ? 1 : 0);
    root.lastChild.remove(); detach();
    return { hidden, isSliced: first > 3, left, styles, seen, restored: root.innerHTML === before };`);
  assert.deepEqual(result, { hidden: '0', isSliced: true, left: false, styles: 0, seen: [], restored: true });
});

/** A large page is guarded some frames after the call; each of them, and some more. */
const FRAMES_OF_SETTING_UP = 38;
const LARGE = "'<p>去赌博网站</p>'.repeat(300)";

test('a large page may change, get another policy or be left in each frame in which its guard is set up', async () => {
  const policy = { policy: 'dom', rules: [{ id: 'other', risk: 'x_gambling', action: 'replace', with: '…', terms: ['forbidden'] }] };
  for (let frame = 0; frame < FRAMES_OF_SETTING_UP; frame += 1) {
    const result = await run(`
      await start(); root.innerHTML = ${LARGE}; const before = root.innerHTML;
      const wait = async () => { for (let count = 0; count < ${frame}; count += 1) await nextFrame(); };
      attach(); await wait();
      const hidden = getComputedStyle(root).opacity;
      detach();
      for (let count = 0; count < 5; count += 1) await nextFrame();
      const left = [getComputedStyle(root).opacity, root.innerHTML === before, root.hasAttribute('style')];
      attach(); await wait();
      root.insertAdjacentHTML('afterbegin', '<p>forbidden</p>'); root.lastChild.textContent += ' forbidden';
      await null; await loadPolicy(JSON.stringify({ revision: 100 + ${frame}, ...JSON.parse(values[0]) }));
      while (getComputedStyle(root).opacity === '0' || root.textContent.includes('forbidden')) await nextFrame();
      const judged = [root.firstChild.textContent, root.lastChild.textContent];
      detach();
      return { hidden, left, judged, seen };`, JSON.stringify(policy));
    assert.deepEqual(result.left, ['1', true, false], `frame ${frame}`);
    assert.deepEqual(result.judged, ['…', '去赌博网站 …'], `frame ${frame}`);
    assert.deepEqual(result.seen.filter((term) => !term.includes('赌博网站')), [], `frame ${frame}`);
    if (frame < 3) assert.equal(result.hidden, '0', `frame ${frame}`);
  }
});

test('an address that a policy took out is there again under one that allows it', async () => {
  const result = await run(`
    await start(); root.innerHTML = '<a href="https://bad.example/">x</a>'; attach();
    const first = root.firstChild.hasAttribute('href');
    await loadPolicy(values[0]);
    const second = root.firstChild.getAttribute('href'); detach();
    return [first, second];`, JSON.stringify({ policy: 'dom', revision: 2, rules: [{ id: 'other', risk: 'x_gambling', action: 'mask', terms: ['forbidden'] }] }));
  assert.deepEqual(result, [false, 'https://bad.example/']);
});

test('what a large page is set up with is not told as if the page had it', async () => {
  const policy = { policy: 'dom', revision: 2, rules: [{ id: 'any', risk: 'x_gambling', action: 'flag', pattern: '[ ./]' }] };
  const result = await run(`
    await start(); await loadPolicy(values[0]);
    root.innerHTML = '<p>一</p>'.repeat(300) + '<i>2.5</i>'; attach();
    while (getComputedStyle(root).opacity === '0') await nextFrame();
    await new Promise((done) => setTimeout(done, 1_500));
    detach();
    return found;`, JSON.stringify(policy));
  assert.deepEqual(result, [['any', 1, 'main', '']]);
});

test('a new policy judges what is displayed anew', async () => {
  const result = await run(`
    await start(); root.innerHTML = '<p>赌博网站 forbidden</p>'; attach();
    const first = root.textContent;
    await loadPolicy(values[0]);
    const second = root.textContent; detach();
    return [first, second, root.textContent];`, JSON.stringify({ policy: 'dom', revision: 2, rules: [{ id: 'other', risk: 'x_gambling', action: 'replace', with: '…', terms: ['forbidden'] }] }));
  assert.deepEqual(result, ['＊＊＊＊ ＊＊＊＊＊＊＊＊＊', '赌博网站 …', '赌博网站 forbidden']);
});

test('after a trap of the core the page is hidden until it is judged anew, and for good after three', async () => {
  const result = await run(`
    const errors = []; addEventListener('error', (event) => { errors.push(event.error?.code); event.preventDefault(); });
    await start(); root.innerHTML = '<p>好</p><p>赌博网站</p>'; attach();
    const native = Object.getOwnPropertyDescriptor(Node.prototype, 'previousSibling');
    // What a binding throws is a trap: the core is left half done.
    const trap = async () => {
      Object.defineProperty(Node.prototype, 'previousSibling', { configurable: true, get() { throw new Error('broken'); } });
      root.firstChild.prepend('赌博网站'); await null;
      Object.defineProperty(Node.prototype, 'previousSibling', native);
      const hidden = getComputedStyle(root).opacity;
      // A text that the page goes on with meanwhile.
      root.lastChild.append('，for'); await nextFrame(); root.lastChild.append('bidden');
      return hidden;
    };
    const rounds = [];
    for (let round = 0; round < 2; round += 1) {
      const hidden = await trap();
      while (getComputedStyle(root).opacity === '0') await nextFrame();
      root.firstChild.append('赌博网站'); await null;
      rounds.push([hidden, root.firstChild.textContent, root.lastChild.textContent]);
    }
    const last = await trap();
    await new Promise((done) => setTimeout(done, 600));
    const after = getComputedStyle(root).opacity; detach();
    return { errors, rounds, last, after, detached: getComputedStyle(root).opacity, text: root.textContent, attributes: root.attributes.length, seen };`);
  const [term, masked, word] = ['赌博网站', '＊＊＊＊', '，＊＊＊＊＊＊＊＊＊'];
  assert.deepEqual(result, {
    errors: ['core/trap', 'core/trap', 'core/trap'],
    rounds: [['0', `${masked}好${masked}`, `${masked}${word}`], ['0', `${masked.repeat(2)}好${masked.repeat(2)}`, `${masked}${word}${word}`]],
    last: '0', after: '0', detached: '1', text: `${term.repeat(3)}好${term.repeat(2)}${term}${'，forbidden'.repeat(3)}`, attributes: 0, seen: [],
  });
});

test('after a trap elsewhere in the core the next change is judged, and nothing is hidden', async () => {
  const result = await run(`
    const errors = []; addEventListener('error', (event) => { errors.push(event.error?.code); event.preventDefault(); });
    await start(); root.innerHTML = '<p>好</p>'; attach();
    const other = document.createElement('div'); other.innerHTML = '<p>好</p>'; document.body.append(other);
    const { previousSibling } = Object.getOwnPropertyDescriptors(Node.prototype);
    const detachOther = guard.attach(other);
    Object.defineProperty(Node.prototype, 'previousSibling', { configurable: true, get() { throw new Error('broken'); } });
    other.firstChild.append('赌博网站'); await null;
    Object.defineProperty(Node.prototype, 'previousSibling', previousSibling);
    while (getComputedStyle(other).opacity === '0') await nextFrame();
    const hidden = getComputedStyle(root).opacity;
    root.firstChild.append('赌博网站'); await null;
    const shown = root.textContent; detachOther(); other.remove();
    return { errors, hidden, shown, opacity: getComputedStyle(root).opacity, seen };`);
  assert.deepEqual(result, { errors: ['core/trap'], hidden: '1', shown: '好＊＊＊＊', opacity: '1', seen: [] });
});

test('options that are none are refused', async () => {
  for (const options of ["{ messages: '<' }", '{ ignore: 3 }', "{ editable: 'yes' }", '{ other: 1 }', 'null', '{ onVerdict: 1 }']) {
    await assert.rejects(run(`await start(); guard.attach(root, ${options})`), /attach\/options/, options);
  }
  for (const root of ['document', 'new Text()', 'null', 'document.createDocumentFragment()']) {
    await assert.rejects(run(`await start(); guard.attach(${root})`), /attach\/root/, root);
  }
});

test('React and Vue render into what is guarded, and leave it, as ever', async () => {
  const react = await run(`
    const { react: { createElement: h }, client, reactDom } = await import('/frameworks.js');
    await start(); attach();
    const app = client.createRoot(root); const shown = []; let whole = '';
    const draw = (node) => reactDom.flushSync(() => app.render(node));
    for (const token of ['去', '赌博', '网站', '看', 'for', 'bid', 'den', '完']) { whole += token; draw(h('div', { title: whole }, h('p', null, whole), h('p', null, ...[...whole].map((c, key) => h('span', { key }, c))))); await null; await nextFrame(); }
    shown.push(root.textContent, root.firstChild.title);
    draw(h('div', null, h('p', null, '新的'), h('p', null, '赌博网站'))); await null; shown.push(root.textContent);
    draw(h('div', null, h('p', null, '赌博网站'))); await null; shown.push(root.textContent);
    draw(h('i', null, '完')); await null; shown.push(root.innerHTML); app.unmount(); shown.push(root.innerHTML);
    return { shown, seen };`);
  const masked = '去＊＊＊＊看＊＊＊＊＊＊＊＊＊完';
  assert.deepEqual(react, { shown: [masked + masked, masked, '新的＊＊＊＊', '＊＊＊＊', '<i>完</i>', ''], seen: [] });
  const vue = await run(`
    const { vue: { createApp, h, nextTick, reactive } } = await import('/frameworks.js');
    await start(); attach(); const state = reactive({ whole: '', list: ['赌博网站', '好'] });
    const app = createApp({ render: () => h('div', [h('p', { title: state.whole }, state.whole), ...state.list.map((text) => h('p', { key: text }, text))]) }); app.mount(root);
    const shown = [];
    for (const token of ['去', '赌博', '网站', '看']) { state.whole += token; await nextTick(); await null; await nextFrame(); }
    shown.push(root.textContent, root.querySelector('p').title);
    state.list.reverse(); await nextTick(); await null; shown.push(root.textContent);
    state.list.length = 0; await nextTick(); await null; shown.push(root.textContent); app.unmount();
    return { shown, seen };`);
  assert.deepEqual(vue, { shown: ['去＊＊＊＊看＊＊＊＊好', '去＊＊＊＊看', '去＊＊＊＊看好＊＊＊＊', '去＊＊＊＊看'], seen: [] });
});
