/** What the tests of `guard.attach` share: a site with the package, a browser of `browsers.mjs`, and what the page can do. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import { build } from 'esbuild';
import { pack } from '../node/support.mjs';
import { startBrowser } from './browsers.mjs';
import { ROOT } from './harness.mjs';

export const POLICY = {
  policy: 'dom',
  notice: { 'zh-CN': '内容已终止。' },
  rules: [
    { id: 'mask', risk: 'x_gambling', action: 'mask', terms: ['赌博网站', 'forbidden'] },
    { id: 'replace', risk: 'x_gambling', action: 'replace', with: '〔略〕', terms: ['下注链接'] },
    { id: 'terminate', risk: 'a1_violence_obscenity', action: 'terminate', terms: ['终止词语'] },
    { id: 'retract', risk: 'a2_gender', action: 'retract', terms: ['撤回词语'] },
    { id: 'flag', risk: 'x_self_harm', action: 'flag', terms: ['提醒词语'] },
    { id: 'hosts', risk: 'x_gambling', action: 'mask', detect: 'link', hosts: { deny: ['bad.example'] } },
    // Nothing but itself, so that an oracle is a search.
    { id: 'plain', risk: 'x_gambling', action: 'mask', terms: ['甲乙丙丁'], views: ['tight'] },
  ],
};

/** What the page itself can do; `seen` collects each displayed text that has a term, after each batch and in each frame. */
const PAGE = `
import { compilePolicy, createGuard, init } from '/pkg/index.js';
await init({ compiler: false });
const pack = new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer());
const TERMS = ['赌博网站', 'forbidden', '下注链接', '终止词语', '撤回词语', '甲乙丙丁'];
window.found = [];
window.seen = [];
window.frames = 0;
window.start = async (options = {}) => {
  window.guard = await createGuard({ packs: [pack], ...options });
  window.root = document.querySelector('main');
};
// In the page's own script: bytes of Firefox's driver are none to the page.
window.loadPolicy = async (policy) => {
  await init();
  guard.load([compilePolicy(JSON.parse(policy))]);
};
const DIVIDES = /^(P|DIV|LI|UL|MAIN|SECTION|TABLE|TBODY|TR|TD|BUTTON|BR|IMG|RT)$/;
/** All that is displayed under a node, hidden parts left out, blocks on lines of their own. */
window.displayed = (node) => {
  if (node.nodeType === 3) return node.data;
  const line = DIVIDES.test(node.tagName) ? '\\n' : '';
  // A hidden block still divides what stands around it.
  if (node.nodeType === 1 && getComputedStyle(node).opacity === '0') return line;
  const shadow = node.shadowRoot ? displayed(node.shadowRoot) : '';
  return line + shadow + [...node.childNodes].map(displayed).join('') + line;
};
const look = (when) => {
  if (!window.isWatching) return;
  const text = displayed(root).toLowerCase();
  const attributes = [root, ...root.querySelectorAll('*')].flatMap((element) => ['title', 'alt', 'aria-label', 'placeholder'].map((name) => element.getAttribute(name) ?? ''));
  for (const term of TERMS) {
    if (text.includes(term) || attributes.some((value) => value.includes(term))) seen.push(when + ': ' + term);
  }
};
const frame = () => { frames += 1; look('frame'); requestAnimationFrame(frame); };
requestAnimationFrame(frame);
window.attach = (options = {}, node = root) => {
  const detach = guard.attach(node, { onVerdict: ({ verdict, element, attribute }) => found.push([verdict.rule, verdict.start, element.localName, attribute ?? '']), ...options });
  // After that of the guard, because it was made after it.
  window.observer?.disconnect();
  window.observer = new MutationObserver(() => { window.batches += 1; look('batch'); });
  window.batches = 0;
  observer.observe(node, { subtree: true, childList: true, characterData: true, attributes: true });
  window.isWatching = true;
  // What is put back is not watched.
  return window.detach = () => { window.isWatching = false; detach(); };
};
/** Whole numbers below one given, the same ones for the same seed. */
window.seeded = (seed) => (n) => { seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0; return (seed >>> 8) % n; };
window.nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
window.isReady = true;
`;
const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><body><main></main><script type="module" src="/page.js"></script>';

/** Requests that the site got, but for its own files. */
export const requests = [];
let site;
let driver;
let stop;
let url;

before(async () => {
  const bytes = Buffer.from(await pack(POLICY));
  const frameworks = await build({
    stdin: { contents: "export * as react from 'react'; export * as reactDom from 'react-dom'; export * as client from 'react-dom/client'; export * as vue from 'vue';", resolveDir: ROOT },
    bundle: true, format: 'esm', write: false, define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error',
  });
  const files = { '/': HTML, '/page.js': PAGE, '/policy.pack': bytes, '/frameworks.js': frameworks.outputFiles[0].contents };
  const types = { js: 'text/javascript', wasm: 'application/wasm', svg: 'image/svg+xml' };
  site = createServer(async (from, to) => {
    const path = from.url.split('?')[0];
    const body = path.startsWith('/pkg/') ? await readFile(join(ROOT, path)).catch(() => undefined) : files[path];
    if (body === undefined) {
      requests.push(from.url);
      return to.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    }
    return to.writeHead(200, { 'content-type': types[path.split('.').at(-1)] ?? 'text/html' }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  url = `http://127.0.0.1:${site.address().port}`;
  ({ driver, stop } = await startBrowser());
  await driver.manage().setTimeouts({ script: 60_000 });
});
after(async () => {
  await stop?.();
  site?.closeAllConnections();
  site?.close();
});
beforeEach(async () => {
  requests.length = 0;
  await driver.get(url);
  for (let ready = false; !ready;) ready = await driver.executeScript('return window.isReady === true');
});

/** The driver of the browser. */
export const browser = () => driver;

/** Runs the body of an async function in the page; what it throws is thrown here. */
export async function run(code, ...values) {
  const answer = await driver.executeAsyncScript(`const done = arguments[arguments.length - 1]; const values = arguments[0];
    (async () => { ${code} })().then((value) => done({ value }), (thrown) => done({ thrown: String(thrown?.stack ?? thrown) + ' ' + (thrown?.code ?? '') }));`, values);
  if (answer.thrown) throw new Error(answer.thrown);
  return answer.value;
}
