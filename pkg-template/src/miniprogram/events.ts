/** `EventTarget` and `CustomEvent`, as much of them as the runtime uses and promises. */

type Listener = ((event: CustomEvent) => void) | { handleEvent(event: CustomEvent): void };

export class CustomEvent<T = unknown> {
  readonly type: string;
  readonly detail: T;

  constructor(type: string, { detail }: { detail?: T } = {}) {
    this.type = type;
    this.detail = detail as T;
  }
}

export class EventTarget {
  readonly #listeners: Record<string, { listener: Listener; once: boolean }[]> = {};

  addEventListener(type: string, listener: Listener | null, options?: boolean | { once?: boolean }): void {
    const all = this.#listeners[type] ??= [];
    if (!listener || all.some((entry) => entry.listener === listener)) return;
    all.push({ listener, once: typeof options === 'object' && options.once === true });
  }

  removeEventListener(type: string, listener: Listener | null): void {
    this.#listeners[type] = (this.#listeners[type] ?? []).filter((entry) => entry.listener !== listener);
  }

  /** A listener that throws keeps no other from being called. */
  dispatchEvent(event: CustomEvent): boolean {
    for (const { listener, once } of [...this.#listeners[event.type] ?? []]) {
      if (once) this.removeEventListener(event.type, listener);
      try {
        if (typeof listener === 'function') listener.call(this, event);
        else listener.handleEvent(event);
      } catch (thrown) {
        setTimeout(() => {
          throw thrown;
        }, 0);
      }
    }
    return true;
  }
}
