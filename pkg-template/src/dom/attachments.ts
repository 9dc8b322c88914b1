/** What a guard guards in pages: each root until it is detached. */
import { GuardError } from '../error.js';
import type { ReportsRuntime, SpanText } from '../runtime.js';
import type { AttachOptions, Host } from '../types.js';
import { attach, type AttachContext, type Attachment } from './attach.js';
import { hostOf } from './backlog.js';
import type { Found } from './found.js';
import { unveil, veil } from './veil.js';

/** What of the guard they use. */
export interface AttachmentsContext extends Omit<AttachContext, 'timer' | 'tell' | 'begins'> {
  newId(): string;
  parts: { host: Host; locale: string; reports: ReportsRuntime };
}

export class Attachments {
  readonly #context: AttachmentsContext;
  /** By what ends them, with who hides them while the service is closed. */
  readonly #attached = new Map<() => void, { host: Element; owner: object; attachment: Attachment }>();
  /** Ids of the texts of pages, by the elements that hold them. */
  readonly #idsByElement = new WeakMap<Element, string>();

  constructor(context: AttachmentsContext) {
    this.#context = context;
  }

  attach(root: Element | ShadowRoot, options: AttachOptions, isClosed: () => boolean): () => void {
    if (!isRoot(root)) throw new GuardError('attach/root', 'the root is an element or a shadow root of a page');
    const host = hostOf(root);
    const owner = {};
    const attachment = attach(root, options, {
      ...this.#context,
      timer: (ms, run) => this.#context.parts.host.timer(ms, run),
      tell: (found) => this.#tell(found),
      begins: () => {
        if (isClosed()) veil(host, owner, 'rest');
      },
    });
    const detach = (): void => {
      if (!this.#attached.delete(detach)) return;
      unveil(host, owner);
      attachment.stop();
    };
    this.#attached.set(detach, { host, owner, attachment });
    return detach;
  }

  /** New policies are in use. */
  load(): void {
    for (const { attachment } of this.#attached.values()) attachment.load();
  }

  /**
   * Interfaces that cannot be changed cannot be refused either: what they show is
   * hidden while the service is closed, but for elements of `tidegate/elements`.
   * Whether it is, is asked only if any is guarded.
   */
  veil(isClosed: () => boolean): void {
    if (this.#attached.size === 0) return;
    const isHidden = isClosed();
    for (const { host, owner } of this.#attached.values()) {
      if (isHidden) veil(host, owner, 'rest');
      else unveil(host, owner);
    }
  }

  end(): void {
    for (const detach of [...this.#attached.keys()]) detach();
  }

  #tell({ verdict, rule, element, channel, text, shownUnits }: Found): void {
    const { policy, revision, digest, severity } = rule;
    const { newId, parts: { locale, reports } } = this.#context;
    const message = this.#idsByElement.get(element) ?? newId();
    this.#idsByElement.set(element, message);
    const span: SpanText = (start, end) => ({ from: start, text: text.slice(start, end) });
    reports.verdict({
      verdict, policy, revision, digest, message, channel, locale, direction: 'output', shownUnits, severity, escalation: undefined, text: span,
    });
  }
}

/** Not by their classes, which are others in a frame, and none outside of pages. */
function isRoot(root: unknown): root is Element | ShadowRoot {
  const { nodeType, host } = (root ?? {}) as Partial<ShadowRoot>;
  return nodeType === 1 || nodeType === 11 && host !== undefined;
}
