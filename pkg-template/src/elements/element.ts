/** What the three elements have in common: whose time they show, in which language, and when they look. */
import type { Usage, UsageStatus } from '../types.js';
import { sheet } from './styles.js';
import { wordsFor, type Words } from './words.js';

/** How often a shown time is brought up to date, ms. Looking makes no request. */
const REFRESH_MS = 1_000;

/** Where there is no page (a server that renders), the classes can be loaded, not made. */
const Base: typeof HTMLElement = typeof HTMLElement === 'function' ? HTMLElement : class {} as typeof HTMLElement;

/** What the three elements have in common: set `usage`, and they show it. Attribute `locale`: BCP 47. */
export abstract class UsageElement extends Base {
  static readonly observedAttributes: readonly string[] = ['locale', 'lang'];

  readonly #root: ShadowRoot;
  #usage: Usage | undefined;
  /** Stops looking. */
  #stop: () => void = () => {};

  /** Made by the tag, or with `document.createElement`. */
  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open' });
    this.#root.adoptedStyleSheets = [sheet()];
  }

  /** `guard.usage`; `undefined` shows nothing. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  set usage(usage: Usage | undefined) {
    if (usage === this.#usage) return;
    this.#usage = usage;
    this.changed();
    if (this.isConnected) this.#start();
  }

  /** The words of `locale` (BCP 47), or of the page's language: Chinese for any `zh`, English otherwise. */
  protected get words(): Words {
    return wordsFor(this.getAttribute('locale') ?? this.closest('[lang]')?.getAttribute('lang') ?? 'zh-CN');
  }

  connectedCallback(): void {
    if (!this.#root.hasChildNodes()) this.#root.append(this.build());
    // Set before the tag was known: it would hide the accessor.
    const early = Object.getOwnPropertyDescriptor(this, 'usage');
    if (early) {
      delete (this as { usage?: unknown }).usage;
      this.#usage = early.value as Usage | undefined;
    }
    this.#start();
  }

  disconnectedCallback(): void {
    this.#stop();
    this.gone();
  }

  attributeChangedCallback(): void {
    this.refresh();
  }

  /** Looks at the time and shows it; it is done every second anyway. */
  refresh(): void {
    if (this.isConnected && this.#root.hasChildNodes()) this.show(this.#usage?.status());
  }

  #start(): void {
    this.#stop();
    const usage = this.#usage;
    const look = (): void => this.refresh();
    usage?.addEventListener('change', look);
    usage?.addEventListener('reminder', look);
    const timer = usage ? setInterval(look, REFRESH_MS) : undefined;
    this.#stop = () => {
      clearInterval(timer);
      usage?.removeEventListener('change', look);
      usage?.removeEventListener('reminder', look);
    };
    this.refresh();
  }

  /** The content of the shadow root; called once. */
  protected abstract build(): Node;
  /** `undefined`: there is nobody whose time could be shown. */
  protected abstract show(status: UsageStatus | undefined): void;
  /** The element shows another usage from now on. */
  protected changed(): void {}
  /** The element left the page. */
  protected gone(): void {}
}

type Props = Readonly<Record<string, string>>;

/** An element of the shadow root; `part` names it for `::part`. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Sets the text if it is another: a live region speaks when it is set, and a selection would be lost. */
export function say(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
