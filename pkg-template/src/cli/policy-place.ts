/** Where in its file a policy is wrong: what the compiler says of it names a rule, a field or a text. */
import { isMap, isPair, isScalar, isSeq, LineCounter, visit, type Document, type Node } from 'yaml';

/** Begins with 1; columns are UTF-16 units. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** The text of a policy, and of the files of terms that it names. */
export class PolicySource {
  readonly file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #terms = new Map<string, Place>();

  constructor(file: string, document: Document, lines: LineCounter) {
    this.file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** A term that another file has. */
  addTerm(term: string, place: Place): void {
    if (!this.#terms.has(term)) this.#terms.set(term, place);
  }

  /** The place that an error of the compiler is about, as far as its message tells. */
  find(code: string, message: string): Place | undefined {
    const path = PATH.exec(message)?.[0];
    if (path !== undefined) return this.at(stepsOf(path));
    const id = quotedIn(RULE.exec(message)?.[0] ?? '')[0];
    const rule = id === undefined ? undefined : this.#ruleWith(id, code);
    const within = rule ?? this.#document.contents;
    const said = quotedIn(message.replace(RULE, ''));
    // The policy's own name is never what is wrong where the word falls.
    const words = message.match(/[a-z-]+/g)?.filter((word) => word !== 'policy') ?? [];
    const fields = [code.split('/')[1] ?? '', ...words];
    return this.#textIn(within, said) ?? said.map((text) => this.#terms.get(text)).find((place) => place)
      ?? this.#fieldOf(within, fields) ?? (rule && this.#fieldOf(rule, ['id']));
  }

  /** The key or item at a path, or what it is missing from. */
  at(path: readonly (string | number)[]): Place | undefined {
    let found: unknown = this.#document.contents;
    let node = found;
    for (const step of path) {
      const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
      if (pair) [found, node] = [pair.key, pair.value];
      else if (isSeq(node) && typeof step === 'number' && node.items[step]) found = node = node.items[step];
      else break;
    }
    return this.#placeOf(found);
  }

  /** The last of that id if it is used twice, otherwise the first. */
  #ruleWith(id: string, code: string): Node | undefined {
    const rules = this.#document.get('rules');
    const all = isSeq(rules) ? rules.items.filter((rule): rule is Node => isMap(rule) && rule.get('id') === id) : [];
    return code === 'policy/rule-duplicate' ? all.at(-1) : all[0];
  }

  #textIn(within: unknown, texts: readonly string[]): Place | undefined {
    for (const text of texts) {
      let found: Node | undefined;
      visit(within as Node, { Scalar: (_, node) => {
        if (node.value !== text) return undefined;
        found = node;
        return visit.BREAK;
      } });
      if (found) return this.#placeOf(found);
    }
    return undefined;
  }

  #fieldOf(within: unknown, names: readonly string[]): Place | undefined {
    const keys = isMap(within) ? within.items.map((pair) => isPair(pair) ? pair.key : undefined) : [];
    const forms = names.flatMap((name) => [name, `${name}s`]);
    const key = forms.map((name) => keys.find((key) => isScalar(key) && key.value === name)).find((found) => found);
    return this.#placeOf(key);
  }

  #placeOf(node: unknown): Place | undefined {
    const [start] = (node as Node | undefined)?.range ?? [];
    if (start === undefined) return undefined;
    const { line, col } = this.#lines.linePos(start);
    return { file: this.file, line, column: col };
  }
}

/** Such as `rules[3].terms[0]`, with a colon behind it. */
const PATH = /^[\w-]+(?:\[\d+\])?(?:\.[\w-]+(?:\[\d+\])?)*(?=: )/;
const TEXT = /"(?:[^"\\]|\\.)*"/;
const RULE = new RegExp(`^rule ${TEXT.source}: `);

function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([step]) => /^\d+$/.test(step) ? Number(step) : step);
}

/** What stands in quotes, as Rust writes it. */
function quotedIn(message: string): string[] {
  return [...message.matchAll(new RegExp(TEXT, 'g'))].map(([quoted]) => quoted.slice(1, -1)
    .replace(/\\u\{([0-9a-f]+)\}|\\(.)/g, (_, code: string | undefined, plain: string) => code === undefined ? ESCAPES[plain] ?? plain : String.fromCodePoint(parseInt(code, 16))));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };
