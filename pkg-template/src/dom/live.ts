/** The core's DOM guard, as an attachment uses it. */
import type { DomGuard, Filter, Hands } from '../../wasm/tidegate_bg.js';
import { call, type Instance } from '../core.js';

/** A page in which the core trapped so often is given up: it would take the filter with it each time. */
const MOST_TRAPS = 3;

export interface LiveContext {
  /** The filter that is in use. Throws `core/trap` between two instances of the core. */
  filter(): Filter;
  /** The instance that this filter belongs to. */
  instance(): Instance;
  notice(): string;
}

/** A DOM guard that outlives its instance of the core; whoever uses it reads all of the page again. */
export class LiveDomGuard {
  readonly #context: LiveContext;
  readonly #root: Node;
  readonly #hands: Hands;
  readonly #hasMessages: boolean;
  /** Made when it is first used: for a large page that is in a frame of its own. */
  #inner: DomGuard | undefined;
  /** The instance of the core that it belongs to. */
  #home: Instance | undefined;
  /** Times that the core trapped in it. */
  #traps = 0;

  constructor(context: LiveContext, root: Node, hands: Hands, hasMessages: boolean) {
    this.#context = context;
    this.#root = root;
    this.#hands = hands;
    this.#hasMessages = hasMessages;
  }

  /** Nothing of the page is judged any more. */
  get isGivenUp(): boolean {
    return this.#traps >= MOST_TRAPS;
  }

  /**
   * True when the core has trapped and there is another guard in its next instance, which knows
   * nothing yet. Throws `core/trap` until there is an instance.
   */
  revive(): boolean {
    if (!this.#home?.hasTrapped) return false;
    this.#make();
    return true;
  }

  use<T>(run: (inner: DomGuard) => T): T {
    try {
      return run(this.#inner ?? this.#make());
    } catch (thrown) {
      if (this.#home?.hasTrapped) this.#traps += 1;
      throw thrown;
    }
  }

  free(): void {
    this.#inner?.free();
  }

  #make(): DomGuard {
    const filter = this.#context.filter();
    const home = this.#context.instance();
    const { DomGuard } = home.glue;
    const made = call(() => new DomGuard(filter, this.#context.notice(), this.#root, this.#hands, this.#hasMessages));
    this.#inner = made;
    this.#home = home;
    return made;
  }
}
