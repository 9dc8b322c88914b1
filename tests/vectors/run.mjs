/**
 * The vectors of this folder through the built package: the same in Node
 * (`tests/node/vectors.test.mjs`) and in a page (`tests/browser/vectors.test.mjs`);
 * `tests/evasion.rs` and `tests/filter_vectors.rs` run them through the crate.
 *
 * Each function takes the package and parsed vectors and returns what is wrong,
 * as sentences. Texts run whole, per UTF-16 unit and at every single cut, or at
 * the `nth` of every `of` cuts, where others have the rest.
 */

/** Of the cases of a script, the least that must be found. */
const LEAST_FOUND = 0.98;

export const SCRIPTS = ['zh', 'en'];

const EVERY_CUT = { nth: 0, of: 1 };

/** Pushes every delta and finishes. */
function run(message, deltas) {
  const outcomes = [...deltas.map((delta) => message.push(delta)), message.finish()];
  return {
    text: outcomes.map(({ text }) => text).join(''),
    verdicts: outcomes.flatMap(({ verdicts }) => verdicts),
    state: outcomes.at(-1).state,
  };
}

/** What becomes of the whole text, and where another way of cutting it comes out differently. */
function everyWay(guard, text, { channel = 'text', cuts: { nth, of } = EVERY_CUT } = {}) {
  const pieces = (deltas) => run(guard.message({ channel }), deltas);
  const whole = pieces([text]);
  const expected = JSON.stringify(whole);
  const ways = [['per unit', text.split('')]];
  for (let cut = 1 + nth; cut < text.length; cut += of) ways.push([`cut at ${cut}`, [text.slice(0, cut), text.slice(cut)]]);
  const differing = ways.filter(([, deltas]) => JSON.stringify(pieces(deltas)) !== expected);
  return { ...whole, wrong: differing.map(([how]) => `${how}, ${JSON.stringify(text)} comes out differently`) };
}

/** Makes guards and keeps them, since many cases share one. */
function guards({ compilePolicy, createGuard, memoryHost }) {
  const all = new Map();
  const guard = async (policy) => {
    const key = JSON.stringify(policy);
    if (!all.has(key)) all.set(key, await createGuard({ packs: [compilePolicy(policy)], host: memoryHost() }));
    return all.get(key);
  };
  /** One that masks the terms; each has a rule of its own, named like it. */
  const masking = (terms, views) => {
    const rule = (term) => ({ id: term, risk: 'x_gambling', action: 'mask', terms: [term], ...(views && { views }) });
    return guard({ policy: 'evasion', rules: terms.map(rule) });
  };
  const dispose = async () => {
    for (const one of all.values()) await one.dispose();
  };
  return { guard, masking, dispose };
}

/** `evasion/cases.json`: the terms of one script in disguise. */
export async function disguised(tidegate, { cases, kinds, terms }, script, cuts = EVERY_CUT) {
  const { masking, dispose } = guards(tidegate);
  const wrong = [];
  const missed = [];
  const own = cases.filter((item) => item.script === script);
  for (const { kind, term, text, start, end } of own) {
    const { views } = kinds.find(({ id }) => id === kind);
    const seen = everyWay(await masking(terms[script], views), text, { cuts });
    wrong.push(...seen.wrong);
    if (!seen.verdicts.some((v) => v.rule === term && v.start < end && start < v.end)) missed.push(`${kind}: ${JSON.stringify(text)}`);
  }
  await dispose();
  const share = 1 - missed.length / own.length;
  if (!(share >= LEAST_FOUND)) wrong.push(`${(100 * share).toFixed(1)} % of ${own.length} found; missed:\n${missed.join('\n')}`);
  return wrong;
}

/** `evasion/innocents.json`, or with `hit` `evasion/hits.json`; what is `known` comes out otherwise, so that a change is noticed. */
export async function sentences(tidegate, all, hit, cuts = EVERY_CUT) {
  const { masking, dispose } = guards(tidegate);
  const wrong = all.length > 0 ? [] : ['there are no sentences'];
  for (const { terms, text, views, known } of all) {
    const seen = everyWay(await masking(terms, views), text, { cuts });
    wrong.push(...seen.wrong);
    const isHit = seen.verdicts.length > 0;
    if (isHit === (hit === (known !== undefined))) wrong.push(`${terms}: ${text} is ${isHit ? '' : 'not '}hit`);
  }
  await dispose();
  return wrong;
}

/** `filter/*.json`: texts and what becomes of them. */
export async function texts(tidegate, { policy, cases }) {
  const { guard, dispose } = guards(tidegate);
  const wrong = cases.length > 0 ? [] : ['there are no cases'];
  for (const { name, channel, in: text, out, rules = [], state = 'finished' } of cases) {
    const seen = everyWay(await guard(policy), text, { channel });
    wrong.push(...seen.wrong);
    const expected = JSON.stringify([out, rules, state]);
    const came = JSON.stringify([seen.text, seen.verdicts.map(({ rule }) => rule), seen.state]);
    if (came !== expected) wrong.push(`${name}: ${came}, not ${expected}`);
  }
  await dispose();
  return wrong;
}
