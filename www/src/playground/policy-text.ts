/** A policy as text: read as YAML, compiled by the package, and what is wrong with it at its place. */
import { compilePolicy, GuardError, type Policy } from 'tidegate';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Alias, type Document, type Node, type Pair } from 'yaml';

/** Longest policy, UTF-16 units. */
export const MAX_POLICY_UNITS = 200_000;
/** Most uses of anchors in one policy: YAML can name a list of lists of lists. */
const MAX_ALIASES = 100;

export interface Mistake {
  /** It begins with its code. */
  message: string;
  /** UTF-16 unit in the text. */
  at: number;
  /** From 1. */
  line: number;
  column: number;
}

/** The pack, or what is wrong. */
export function compileText(text: string): { pack: Uint8Array } | { mistake: Mistake } {
  const lines = new LineCounter();
  const wrong = (message: string, at: number): { mistake: Mistake } => {
    const { line, col } = lines.linePos(at);
    // Line 0: an empty text has no lines.
    return { mistake: { message, at, line: Math.max(line, 1), column: Math.max(col, 1) } };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error) return wrong(`policy/yaml: ${error.message}`, error.pos[0]);
    const lost = aliasWithoutAnchor(document);
    if (lost) return wrong(`policy/yaml: *${lost.source} names no anchor before it`, lost.range?.[0] ?? 0);
    const policy = document.toJS({ maxAliasCount: MAX_ALIASES }) as Policy;
    try {
      return { pack: compilePolicy(policy) };
    } catch (thrown) {
      if (thrown instanceof GuardError) return wrong(thrown.message, placeOf(document, thrown));
      throw thrown;
    }
  } catch (thrown) {
    // Of the YAML reader: too many aliases, or lists in lists without end.
    if (thrown instanceof Error) return wrong(`policy/yaml: ${thrown.message}`, 0);
    throw thrown;
  }
}

function aliasWithoutAnchor(document: Document): Alias | undefined {
  let lost: Alias | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return undefined;
      lost = alias;
      return visit.BREAK;
    },
  });
  return lost;
}

/** Where the document has what the compiler complains about; its beginning if that cannot be told. */
function placeOf(document: Document, { code, message: text }: GuardError): number {
  const { contents } = document;
  const message = text.replace(`${code}: `, '');
  const path = /^((?:\.?[\w-]+|\[\d+\])+): /.exec(message);
  if (path) return atPath(contents, path[1] as string, message.endsWith('no such field'));
  const rule = ruleOf(contents, code, message);
  const inside = rule ?? contents;
  return quotedIn(inside, message) ?? fieldOf(inside, code) ?? startOf(rule) ?? 0;
}

/** `rules[3].terms[0]`: the value there, or the last on the way that there is. */
function atPath(contents: unknown, path: string, isName: boolean): number {
  const steps = path.match(/[\w-]+/g) ?? [];
  let node: unknown = contents;
  let place = startOf(contents) ?? 0;
  steps.forEach((step, depth) => {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined;
    node = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
    const named = isName && depth === steps.length - 1 ? startOf(pair?.key) : undefined;
    place = named ?? startOf(node) ?? startOf(pair?.key) ?? place;
  });
  return place;
}

/** The rule that a message names; the last of two with one id. */
function ruleOf(contents: unknown, code: string, message: string): Node | undefined {
  const rules = isMap(contents) ? contents.get('rules') : undefined;
  if (!isSeq(rules)) return undefined;
  const named = rules.items.filter((rule) => isMap(rule) && message.startsWith(`rule ${JSON.stringify(rule.get('id'))}: `));
  return named.at(code === 'policy/rule-duplicate' ? -1 : 0) as Node | undefined;
}

/** The value that the message quotes. */
function quotedIn(node: unknown, message: string): number | undefined {
  const quoted = [...message.replace(/^rule "(?:[^"\\]|\\.)*"/, '').matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([text]) => text);
  let place: number | undefined;
  if (quoted.length === 0) return undefined;
  visit(node as Node, {
    Scalar(_key, scalar) {
      if (!quoted.includes(JSON.stringify(scalar.value))) return undefined;
      place = startOf(scalar);
      return visit.BREAK;
    },
  });
  return place;
}

/** The field that a code is about: `policy/views` and `policy/view` are about `views`. */
function fieldOf(node: unknown, code: string): number | undefined {
  const about = code.replace('policy/', '');
  const isAbout = ({ key }: Pair): boolean => isScalar(key) && typeof key.value === 'string' && key.value !== 'policy' && (key.value === about || key.value === `${about}s`);
  const pair = isMap(node) ? node.items.find((item) => isPair(item) && isAbout(item)) : undefined;
  return startOf(pair?.value) ?? startOf(pair?.key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
