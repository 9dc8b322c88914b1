/** What the core's DOM guard does with a page: it reads and writes nodes by these only. */
import type { Hands } from '../../wasm/tidegate_bg.js';
import type { Instance } from '../core.js';
import { MAX_CROSSING_UNITS } from '../message.js';
import type { Backlog } from './backlog.js';
import { isField } from './flow.js';
import type { Finds } from './found.js';
import type { Holds } from './holds.js';
import type { Originals } from './originals.js';
import type { Scope } from './scope.js';

/** Added to a number of units: something else is shown. A bit of `src/wasm/dom/nodes.rs`. */
const REWRITTEN = 2 ** 31;

/** The parts of an attachment that they need. */
export interface Page {
  readonly scope: Scope;
  readonly originals: Originals;
  readonly backlog: Backlog;
  readonly finds: Finds;
  readonly holds: Holds;
  instance(): Instance;
  /** Judges what an element has beside the text around it. */
  beside(element: Element): void;
  /** Something may have been rewritten. */
  note(wrote: boolean): void;
  isLate(nodes: number): boolean;
  /** All is to be read. */
  restart(): void;
}

export function handsOf(page: Page): Hands {
  const { scope, originals, backlog, finds, holds } = page;
  /** What is displayed of texts that the policy ended, by what holds them. */
  const ended = new WeakMap<Node, string>();

  /** Writes a text from a unit on to the core's input, as far as there is room; how many units. */
  const cross = (text: string, from: number): number => {
    const instance = page.instance();
    const at = instance.inputUnits();
    const units = instance.memoryUnits();
    const count = Math.min(text.length - from, MAX_CROSSING_UNITS);
    for (let i = 0; i < count; i += 1) units[at + i] = text.charCodeAt(from + i);
    return count;
  };

  return {
    flow: (node) => scope.flow(node),
    reaches: (node) => scope.reaches(node),
    beside: (element) => page.beside(element),
    later: (element, apart) => {
      if (!isField(element)) backlog.add(element, apart);
    },
    raw: (text, from) => cross(originals.raw(text, 'data') ?? '', from) + (originals.isKnown(text) ? REWRITTEN : 0),
    show: (text, shown) => {
      const raw = originals.raw(text, 'data');
      page.note(originals.show(text, 'data', raw, shown ?? raw));
    },
    hold: (message, from, unit, to, text) => holds.hold(message, from, unit, to, text),
    release: (message) => holds.release(message),
    ended: (place, from) => {
      const displayed = ended.get(place);
      return displayed === undefined ? undefined : cross(displayed, from);
    },
    end: (place, displayed) => void ended.set(place, displayed),
    hasFound: (place) => finds.isWaiting(place),
    found: (place, text, rows, settled, state) => finds.inText(place, text, rows, settled, state),
    isLate: (nodes) => page.isLate(nodes),
    removed: () => originals.sweep(),
    all: () => page.restart(),
  };
}
