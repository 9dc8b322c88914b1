/**
 * Random changes of a guarded tree, and the same changes of a twin that nobody guards: after each batch the
 * guarded one shows what a search in the twin says, and detached it is the twin.
 *
 * TIDEGATE_DOM_SCRIPTS  how many scripts, default 40
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './dom-support.mjs';

const SCRIPTS = Number(process.env.TIDEGATE_DOM_SCRIPTS ?? 40);

// A term lies in no two blocks: between them a message has the end of a line.
for (const options of [{}, { messages: 'div' }]) {
  test(`after any changes what is shown is what a search says, and detaching leaves what the page made: ${JSON.stringify(options)}`, () => scripts(options));
}

async function scripts(options) {
  const result = await run(`
    const [scripts, options] = values;
    await start(); attach(options);
    const TERM = '甲乙丙丁';
    const INLINE = ['b', 'i', 'span', 'a']; const BLOCKS = ['p', 'div', 'li'];
    const below = seeded(7);
    const pick = (list) => list[below(list.length)];
    const text = () => { let out = ''; for (let n = below(7); n >= 0; n -= 1) out += pick([...TERM, TERM.slice(0, 2), TERM.slice(2), TERM, '，', '戊']); return out; };
    const twin = document.createElement('main');
    const nodes = (root) => { const all = []; const walk = (node) => { for (const child of node.childNodes) { all.push(child); walk(child); } }; walk(root); return all; };

    /** The oracle: text nodes by runs, each run searched. */
    const expected = (root) => {
      const runs = []; let open = [];
      const close = () => { if (open.length) runs.push(open); open = []; };
      const walk = (node) => {
        for (const child of node.childNodes) {
          if (child.nodeType === 3) open.push(child);
          else if (['BR', 'HR'].includes(child.tagName)) { if (child.tagName === 'BR') open.push(null); else close(); }
          else if (INLINE.includes(child.localName)) walk(child);
          else { close(); walk(child); close(); }
        }
      };
      walk(root); close();
      const shown = new Map();
      for (const run of runs) {
        const whole = run.map((node) => node ? node.data : '\\n').join('');
        const masked = whole.replaceAll(TERM, '＊'.repeat(TERM.length));
        let at = 0;
        for (const node of run) { const length = node ? node.data.length : 1; if (node) shown.set(node, masked.slice(at, at + length)); at += length; }
      }
      return nodes(root).filter(({ nodeType }) => nodeType === 3).map((node) => shown.get(node));
    };
    /** A change of a tree, by places in it: it can be made of both. */
    const change = () => {
      const kind = pick(['set', 'set', 'insert', 'insert', 'insert', 'element', 'element', 'block', 'break', 'remove', 'move', 'content', 'html', 'take', 'give']);
      const at = below(1_000); const to = below(1_000); const value = text(); const name = pick(INLINE); const block = pick(BLOCKS);
      return (root, pool) => {
        const all = nodes(root); const texts = all.filter(({ nodeType }) => nodeType === 3);
        const parents = [root, ...all.filter((node) => node.nodeType === 1 && !['BR'].includes(node.tagName))];
        const parent = parents[to % parents.length]; const before = parent.childNodes[at % (parent.childNodes.length + 1)] ?? null;
        const node = all[at % (all.length || 1)];
        const make = (tag) => { const element = document.createElement(tag); if (value) element.append(value.slice(0, 2), value.slice(2)); return element; };
        if (kind === 'set' && texts.length) texts[at % texts.length].data = value;
        else if (kind === 'insert') parent.insertBefore(document.createTextNode(value), before);
        else if (kind === 'element') parent.insertBefore(make(name), before);
        else if (kind === 'block') parent.insertBefore(make(block), before);
        else if (kind === 'break') parent.insertBefore(document.createElement('br'), before);
        else if (kind === 'remove' && node) node.remove();
        else if (kind === 'move' && node && !node.contains(parent) && before !== node) parent.insertBefore(node, before);
        else if (kind === 'content') parent.textContent = value;
        else if (kind === 'html') { const p = document.createElement('div'); p.textContent = value; parent.innerHTML = '<' + name + '>' + p.innerHTML.slice(0, 3) + '</' + name + '>' + p.innerHTML.slice(3); }
        else if (kind === 'take' && node) { node.remove(); pool.push(node); }
        else if (kind === 'give' && pool.length) { const given = pool.pop(); if (!given.contains(parent)) parent.insertBefore(given, before); }
      };
    };
    /** Types at the end of an element, by its place; what was shown after a token that is wrong. */
    const type = async () => {
      const at = below(1_000);
      for (let token = below(6); token >= 0; token -= 1) {
        const value = text().slice(0, 3); const way = below(3); const name = pick(INLINE);
        for (const tree of [twin, root]) {
          const elements = [tree, ...nodes(tree).filter(({ nodeType, tagName }) => nodeType === 1 && tagName !== 'BR')];
          const element = elements[at % elements.length]; const last = element.lastChild;
          if (way === 0 && last?.nodeType === 3) last.appendData(value);
          else if (way === 1) { const inline = document.createElement(name); inline.append(value); element.append(inline); }
          else element.append(value);
        }
        if (below(3)) await null;
        else await nextFrame();
        const wrong = await compare();
        if (wrong) return { token, ...wrong };
      }
    };
    const compare = async () => {
      // What is more than a slice is hidden until another frame.
      while ([root, ...root.querySelectorAll('[style]')].some(({ style }) => style.opacity === '0')) await nextFrame();
      const [is, ought] = [nodes(root).filter(({ nodeType }) => nodeType === 3).map(({ data }) => data), expected(twin)];
      return JSON.stringify(is) === JSON.stringify(ought) ? undefined : { is, ought, raw: twin.innerHTML };
    };
    for (let script = 0; script < scripts; script += 1) {
      const pools = [[], []];
      for (let batch = 0; batch < 12; batch += 1) {
        for (let count = below(4); count >= 0; count -= 1) { const step = change(); step(twin, pools[1]); step(root, pools[0]); }
        await null;
        const wrong = await compare() ?? await type();
        if (wrong) return { script, batch, ...wrong };
        if (batch % 4 === 0) await nextFrame();
      }
      if (script % 10 === 9) {
        detach(); if (root.innerHTML !== twin.innerHTML) return { script, is: root.innerHTML, ought: twin.innerHTML };
        attach(options);
      }
      root.replaceChildren(); twin.replaceChildren(); await null;
    }
    return { seen, batches: batches > 0 };`, SCRIPTS, options);
  assert.deepEqual(result, { seen: [], batches: true });
}
