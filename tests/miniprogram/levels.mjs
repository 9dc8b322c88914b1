/**
 * What each supported base library of WeChat lacks, written to `levels.json`:
 *
 *   npm install --no-save @mdn/browser-compat-data miniprogram-compat
 *   node tests/miniprogram/levels.mjs
 *
 * A level promises the oldest engines that run it (github.com/wechat-miniprogram/miniprogram-compat,
 * data/browserslist.json of December 2025, MIT) and what its own core-js adds. What ECMAScript
 * has beyond that, by MDN's browser-compat-data (CC0), is taken away in the sandbox.
 */
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const require = createRequire(process.env.LEVELS_FROM ?? import.meta.url);
const { javascript: { builtins } } = require('@mdn/browser-compat-data');
const { getPolyfillInfo } = require('miniprogram-compat');

/** Base library: oldest iOS, oldest Chromium. */
const FLOORS = { '2.21.0': ['12', '66'], '2.28.0': ['13', '66'], '2.30.0': ['13', '86'], '3.6.0': ['14', '86'], '3.13.0': ['15', '86'] };

const parts = (version) => String(version).replace('≤', '').split('.').map(Number);

function isAtMost(version, floor) {
  const [have, want] = [parts(version), parts(floor)];
  for (let at = 0; at < 3; at += 1) if ((have[at] ?? 0) !== (want[at] ?? 0)) return (have[at] ?? 0) < (want[at] ?? 0);
  return true;
}

function isIn({ support }, browser, floor) {
  const entries = [support[browser] ?? []].flat();
  return entries.some(({ version_added: added, version_removed, flags, prefix, alternative_name }) => added && added !== 'preview'
    && !version_removed && !flags && !prefix && !alternative_name && isAtMost(added, floor));
}

const kebab = (name) => name.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase();

function missing(level, [ios, chromium]) {
  const polyfills = new Set(getPolyfillInfo(level).coreJsModules.map((name) => name.replace(/^(es|esnext)\./, '').replace(/\.v2$/, '')));
  const isThere = (compat, ...names) => !compat || names.some((name) => polyfills.has(name))
    || (isIn(compat, 'safari_ios', ios) && isIn(compat, 'chrome_android', chromium));
  return Object.entries(builtins).flatMap(([name, { __compat, ...members }]) => {
    if (!isThere(__compat, kebab(name), `${kebab(name)}.constructor`)) return [name];
    return Object.entries(members)
      .filter(([member, { __compat: own }]) => /^[a-zA-Z]\w*$/.test(member) && member !== name && !isThere(own, `${kebab(name)}.${kebab(member)}`))
      .map(([member]) => `${name}.${member}`);
  }).sort();
}

const levels = Object.fromEntries(Object.entries(FLOORS).map(([level, floor]) => [level, missing(level, floor)]));
writeFileSync(new URL('levels.json', import.meta.url), `${JSON.stringify(levels, undefined, 1)}\n`);
