/**
 * What is needed for a page, run first with an element that nobody sees. In a browser code takes many times as long when
 * it runs for the first time, so each of these is for a frame of its own.
 */
import type { DomGuard } from '../../wasm/tidegate_bg.js';
import { addressesIn } from './addresses.js';
import type { Attributes } from './attributes.js';
import type { Backlog } from './backlog.js';
import type { Finds } from './found.js';
import type { LiveDomGuard } from './live.js';
import type { Scope } from './scope.js';
import { unveil, veil } from './veil.js';

/** Of more than one script, as answers are. */
const WORDS = '今天 fine.';

export interface Stage {
  document: Document;
  scope: Scope;
  finds: Finds;
  attributes: Attributes;
  backlog: Backlog;
  core: LiveDomGuard;
  /** Runs a step of the core. */
  run(step: (inner: DomGuard) => void): void;
}

export function rehearsalsOf(stage: Stage): (() => void)[] {
  const { document, scope, finds, attributes, backlog, core, run } = stage;
  const make = (name: string): HTMLElement => document.createElement(name);
  const element = make('div');
  const [paragraph, text] = [make('p'), document.createTextNode('.')];
  paragraph.append(text, make('b'));
  // Of changes in one that is not reached nothing is looked at, and in one that shows no text hardly anything.
  const [elsewhere, unseen] = [make('div'), make('template')];
  const observer = new MutationObserver(() => {});

  const judge = (name: string, value: string) => (): void => {
    element.setAttribute(name, value);
    attributes.take(element);
  };
  const read = (...nodes: (Node | string)[]) => (): void => {
    element.replaceChildren(...nodes);
    run((inner) => backlog.rehearse(inner, element));
  };
  const change = (apply: () => void) => (): void => {
    apply();
    const records = observer.takeRecords();
    run((inner) => inner.changed(records));
  };
  return [
    () => {
      finds.ignore(element);
      scope.rehearse(element);
      scope.flow(element);
    },
    () => void finds.judge().text(element, '', ' '),
    judge('title', ' '),
    () => void addressesIn('href', '/'),
    judge('href', '/'),
    judge('href', 'https://no-host.invalid/a?b'),
    () => core.use(() => {}),
    () => run(() => {}),
    read(),
    read(make('br')),
    read(''),
    read(' '),
    read('.'),
    read(WORDS),
    read(make('b')),
    read(make('p')),
    read(paragraph, unseen),
    () => {
      veil(element, element, 'all');
      unveil(element, element);
    },
    () => {
      for (const place of [element, elsewhere]) observer.observe(place, { childList: true, characterData: true, subtree: true });
    },
    change(() => {}),
    ...[elsewhere, unseen, element].map((place) => change(() => place.append(document.createComment('')))),
    // The first makes it a text that grows.
    change(() => text.appendData('.')),
    change(() => text.appendData('.')),
    change(() => paragraph.append('.')),
    change(() => paragraph.lastChild?.remove()),
    () => {
      observer.disconnect();
      scope.rehearse(undefined);
    },
  ];
}
