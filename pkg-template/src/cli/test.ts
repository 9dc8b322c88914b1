/** `test`: what a policy does to texts that its author has judged. */
import { createGuard, memoryHost } from '../node.js';
import { need, usageError, wholeNumber, type Command } from './command.js';
import { readExpectations, type Expectation } from './test/expectations.js';
import { cutsOf, type Cutting } from '../testing/cuts.js';
import { readPack } from './policy-file.js';
import { Progress } from './progress.js';
import { contradictions, observe } from './test/observe.js';

const DEFAULT_CUTS = 8;
/** More cuttings of one text find nothing new. */
const MAX_CUTS = 10_000;

export const test: Command = {
  summary: 'try a policy on texts whose outcome you state',
  usage: `tidegate test POLICY EXPECTATIONS… [--seed N] [--cuts N] [--json]

POLICY is a policy (YAML, JSON) or a pack. EXPECTATIONS are files (YAML, JSON,
JSONL) of a list of

  text: …              what the model answers
  expect: mask         clean, flag, mask, replace, terminate or retract: the
                       gravest thing that happens
  rules: [id, …]       optional: exactly the rules that hit
  shown: …             optional: exactly the text that is shown, before a
                       retraction withdraws it
  channel: text        optional; default text
  name: …              optional; names it in the output

Each text is streamed whole, character by character, and at random cuts.
Exits with 1 when something else happened.

  --seed N   of the random cuts; default 1
  --cuts N   random cuttings of each text; default ${DEFAULT_CUTS}, at most ${MAX_CUTS}
  --json     print the result as JSON`,
  options: ['seed', 'cuts', 'json'],
  async run({ positionals: [policy, ...files], values }) {
    const pack = await readPack(need(policy, 'POLICY'));
    need(files[0], 'EXPECTATIONS');
    const seed = wholeNumber(values.seed, '--seed', 1);
    const cuts = wholeNumber(values.cuts, '--cuts', DEFAULT_CUTS);
    if (cuts > MAX_CUTS) throw usageError(`--cuts is at most ${MAX_CUTS}`);
    const expectations = (await Promise.all(files.map(readExpectations))).flat();

    const guard = await createGuard({ packs: [pack], host: memoryHost() });
    const progress = new Progress('testing', expectations.length);
    const failures: Failure[] = [];
    for (const [number, expected] of expectations.entries()) {
      const known = new Map<string, Failure>();
      for (const cutting of cutsOf(expected.text, cuts, seed + number)) {
        const observed = observe(guard, expected, cutting);
        const why = contradictions(expected, observed);
        if (why.length === 0) continue;
        // The same failure at other cuts is said once.
        const key = JSON.stringify([why, observed]);
        const failure = known.get(key);
        if (failure) failure.cuts.push(cutting.name);
        else known.set(key, { ...place(expected), why, cuts: [cutting.name], ...observed });
      }
      failures.push(...known.values());
      progress.step();
    }
    progress.end();
    await guard.dispose();

    const failed = new Set(failures.map(({ where }) => where)).size;
    const summary = { expectations: expectations.length, failed, seed, cuttings: cuts + 2 };
    if (values.json) console.log(JSON.stringify({ ...summary, failures }, undefined, 2));
    else report(failures, summary);
    return failed > 0 ? 1 : 0;
  },
};

interface Failure extends ReturnType<typeof observe> {
  where: string;
  text: string;
  why: string[];
  cuts: Cutting['name'][];
}

function place({ file, number, name, text }: Expectation): { where: string; text: string } {
  return { where: `${file} #${number}${name === undefined ? '' : ` (${name})`}`, text };
}

function report(failures: Failure[], { expectations, failed, seed, cuttings }: Record<string, number>): void {
  for (const { where, text, why, cuts, shown, state, verdicts } of failures) {
    console.log(`FAILED ${where}: ${JSON.stringify(text)}`);
    for (const reason of why) console.log(`  ${reason}`);
    console.log(`  cut: ${cuts.join(', ')}`);
    console.log(`  shown: ${JSON.stringify(shown)} (${state})`);
    for (const { rule, action, start, end, view } of verdicts) {
      console.log(`  hit: ${rule} (${action}) at ${start}–${end} ${JSON.stringify(text.slice(start, end))}, view ${view}`);
    }
    if (verdicts.length === 0) console.log('  hit: nothing');
  }
  console.log(`${expectations} expectations, ${failed} failed; each cut in ${cuttings} ways, seed ${seed}`);
}
