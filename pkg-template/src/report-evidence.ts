/**
 * What a record tells of the text, by the provider's choice: nothing, a keyed digest of the span,
 * or an excerpt with personal data masked.
 */
import { core } from './core.js';
import { GuardError } from './error.js';
import { toHex } from './hex.js';
import { clip, type Evidence } from './report-record.js';
import type { VerdictContext } from './runtime.js';
import type { Host, ReportOptions, Verdict } from './types.js';
import { within } from './within.js';

/** UTF-16 units on each side of the span. */
const DEFAULT_AROUND_UNITS = 40;
const MAX_AROUND_UNITS = 200;
/** Most UTF-16 units of the span that an excerpt shows. */
const MAX_SPAN_UNITS = 400;
/** Judged beyond what an excerpt shows, UTF-16 units on each side, so that a number at its edge is seen whole. */
const MARGIN_UNITS = 64;
/** What engines of mini-programs may not know yet; a script that names it in a literal does not start there. */
const ANY_DIGIT = '\\p{Nd}';
/** Then those of ASCII, full width, and the mathematical ones. */
const DIGIT = isKnown(ANY_DIGIT) ? ANY_DIGIT : '0-9０-９\u{1d7ce}-\u{1d7ff}';
/** A number or an address that goes on beyond what is known. */
const CUT_AT_START = new RegExp(`^[${DIGIT}\\s-]*[${DIGIT}]`, 'u');
const CUT_AT_END = new RegExp(`(?:[${DIGIT}][${DIGIT}\\s-]*|[\\w.%+-]+@[\\w.-]*)$`, 'u');
/** How long the server may take for its key, ms. */
const KEY_MS = 5_000;
/** Fewest bytes of a key, as many as a digest has. */
const MIN_KEY_BYTES = 32;
/** Times that an excerpt is judged; a rule that ends the message hides what follows from the others. */
const MAX_PASSES = 8;
/** What stands for a unit of personal data. */
const MASK = '＊';
/** What stands for a span that was judged; no rule has it. */
const BLANK = '\u0000';

/** Risks whose hits are personal data, besides all that patterns find. */
const PERSONAL = new Set(['a4_privacy', 'a4_personal_info']);

/** What the guard's rules for a channel find in a text, and whether they saw all of it. */
export type Judge = (text: string, channel: string) => { verdicts: Verdict[]; isWhole: boolean };
/** Where evidence comes from. */
export type EvidenceSource = Pick<VerdictContext, 'verdict' | 'channel' | 'direction' | 'text'>;

interface Key {
  id: string;
  bytes: Uint8Array;
}

/** Makes the evidence of verdicts; never throws, never waits. */
export class EvidenceMaker {
  readonly #kind: 'none' | 'hmac' | 'excerpt';
  readonly #around: number;
  readonly #judge: Judge;
  #key: Key | undefined;

  /**
   * Throws `report/evidence-unsupported` for `sealed` and what is not known, `report/evidence-key`
   * without a way to a key, `report/options` for an excerpt out of range.
   */
  constructor(options: ReportOptions, judge: Judge) {
    const { evidence = 'none', excerptUnits = DEFAULT_AROUND_UNITS, evidenceKey } = options;
    if (evidence !== 'none' && evidence !== 'hmac' && evidence !== 'excerpt') {
      throw new GuardError('report/evidence-unsupported', `evidence '${evidence}' is not available in this version`);
    }
    if (evidence === 'hmac' && typeof evidenceKey !== 'function') {
      throw new GuardError('report/evidence-key', "evidence 'hmac' needs evidenceKey, which asks the server for a key");
    }
    if (!Number.isInteger(excerptUnits) || excerptUnits < 0 || excerptUnits > MAX_AROUND_UNITS) {
      throw new GuardError('report/options', `excerptUnits is a whole number from 0 to ${MAX_AROUND_UNITS}`);
    }
    this.#kind = evidence;
    this.#around = excerptUnits;
    this.#judge = judge;
  }

  /** UTF-16 units before a span that messages must remember. */
  get units(): number {
    if (this.#kind === 'none') return 0;
    return MAX_SPAN_UNITS + (this.#kind === 'excerpt' ? this.#around + MARGIN_UNITS : 0);
  }

  /** Asks for the key; without one in time, records go without evidence. Throws `report/evidence-key` if it is none. */
  async begin({ evidenceKey }: ReportOptions, host: Host): Promise<void> {
    if (this.#kind !== 'hmac' || !evidenceKey) return;
    // In a function of its own: what is thrown at once is a rejection too.
    const asked = async (): Promise<unknown> => evidenceKey();
    const given = await within(host, KEY_MS, asked());
    if (given === undefined) return;
    const { id, key } = Object(given) as Record<string, unknown>;
    if (typeof id !== 'string' || id === '' || !(key instanceof Uint8Array) || key.length < MIN_KEY_BYTES) {
      throw new GuardError('report/evidence-key', `a key is {id, key} with at least ${MIN_KEY_BYTES} bytes`);
    }
    this.#key = { id: clip(id, 256), bytes: key.slice() };
  }

  /** `undefined`: nothing is told. */
  of(source: EvidenceSource): Evidence | undefined {
    try {
      if (this.#kind === 'hmac') return this.#digest(source);
      if (this.#kind === 'excerpt') return this.#excerpt(source);
    } catch {
      // A core that trapped; the record is worth more than its evidence.
    }
    return undefined;
  }

  #digest({ verdict: { start, end }, text }: EvidenceSource): Evidence | undefined {
    const span = text(start, end);
    if (!this.#key || span.from !== start || span.text.length !== end - start) return undefined;
    const { id, bytes } = this.#key;
    return { kind: 'hmac', key: id, digest: toHex(core().keyedDigest(bytes, span.text)), length: end - start };
  }

  #excerpt({ verdict, channel, direction, text }: EvidenceSource): Evidence | undefined {
    const { start, end } = verdict;
    const last = Math.min(end, start + MAX_SPAN_UNITS);
    const beyond = this.#around + MARGIN_UNITS;
    const known = text(Math.max(0, start - beyond), last + beyond);
    // Also the rules for the text itself: what is personal there is so anywhere.
    const channels = new Set([direction === 'input' ? 'input' : channel, 'text']);
    const units = maskedUnits(known.text, known.from > 0, [...channels].map((one) => (part: string) => this.#judge(part, one)));
    if (!units) return undefined;
    // Found once already, maybe from more text than is judged here.
    if (isPersonal(verdict)) units.fill(MASK, Math.max(0, start - known.from), Math.max(0, end - known.from));

    const first = Math.max(known.from, start - this.#around);
    const shown = units.slice(first - known.from, Math.max(first, last + this.#around) - known.from).join('');
    if (shown === '') return undefined;
    const place = (at: number): number => Math.min(Math.max(0, at - first), shown.length);
    return { kind: 'excerpt', text: clip(shown, shown.length), start: place(start), end: place(last) };
  }
}

/** The UTF-16 units, those of personal data masked; `undefined` if the rules cannot see all of them. */
function maskedUnits(text: string, isCutAtStart: boolean, judges: ((text: string) => ReturnType<Judge>)[]): string[] | undefined {
  const units = text.split('');
  for (const judge of judges) {
    const found = personalIn(text, judge);
    if (!found) return undefined;
    for (const { start, end } of found) units.fill(MASK, start, end);
  }
  if (isCutAtStart) units.fill(MASK, 0, CUT_AT_START.exec(text)?.[0].length ?? 0);
  // What follows may not have come yet.
  units.fill(MASK, CUT_AT_END.exec(text)?.index ?? text.length);
  return units;
}

function isPersonal({ view, risk }: Verdict): boolean {
  return view === 'pattern' || PERSONAL.has(risk);
}

/** Where the text has personal data; `undefined` if the rules cannot see all of it. */
function personalIn(text: string, judge: (text: string) => ReturnType<Judge>): Verdict[] | undefined {
  const found: Verdict[] = [];
  let seen = text;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const { verdicts, isWhole } = judge(seen);
    found.push(...verdicts.filter(isPersonal));
    if (isWhole) return found;
    // What ended the message is blanked, so that the next pass sees what follows.
    const last = verdicts.at(-1);
    if (!last || last.end <= last.start) return undefined;
    seen = seen.slice(0, last.start) + BLANK.repeat(last.end - last.start) + seen.slice(last.end);
  }
  return undefined;
}

function isKnown(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}
