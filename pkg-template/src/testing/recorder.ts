/**
 * The recorder that a watch puts into the page: it notes every text that is in
 * the document, in any form that a person or a screen reader could read.
 *
 * A MutationObserver sees what is put in and taken out between two frames, a
 * look at every frame what is laid out. Text is noted by blocks (a paragraph, a
 * list item), since words of different blocks are not read as one.
 */

/** One text, as it was at a moment. */
export interface Sight {
  /** All of the block or attribute. */
  text: string;
  /** The element, such as `p.prose`, or the attribute, such as `img alt`. */
  where: string;
  /** Whether it was laid out when a frame was drawn; else it was only in the document. */
  isPainted: boolean;
  /** Frames drawn before. */
  frame: number;
}

/** What was seen since the last time it was asked. */
export interface Recording {
  sights: Sight[];
  frames: number;
  mutations: number;
  /** There was more than could be kept. */
  isFull: boolean;
}

export interface RecorderOptions {
  /** Of the recorder, in the page's window. */
  name: string;
  root: string;
  messages: string;
  ignore: string;
  onlyPainted: boolean;
}

export interface Recorder {
  /** Waits for two more frames, so that nothing is late. */
  drain(): Promise<Recording>;
  stop(): void;
}

/**
 * Starts recording, once for each name. Serialised into pages: it uses nothing
 * of this module. `given`: only what is under this element.
 */
export function recorder(given: Element | null, { name, root, messages, ignore, onlyPainted }: RecorderOptions): void {
  const MAX_SIGHTS = 50_000;
  const MAX_UNITS = 32 * 1024 * 1024;
  /** Frames after which all is looked at again, although nothing seems to have changed. */
  const LOOK_EVERY = 10;
  const FRAME_PATIENCE_MS = 1_000;
  const ATTRIBUTES = [
    'title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-placeholder', 'aria-roledescription', 'aria-valuetext',
  ];
  const INLINE_TAGS = new Set((
    'A ABBR B BDI BDO BR BUTTON CITE CODE DATA DEL DFN EM FONT I INS KBD LABEL MARK OUTPUT Q RP RT RUBY S SAMP SLOT SMALL SPAN STRONG SUB SUP TIME TT U VAR WBR'
  ).split(' '));
  const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  const UNSHOWN_TAGS = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE']);

  const view = given?.ownerDocument.defaultView ?? window;
  const { document } = view;
  const scope = view as unknown as Record<string, Recorder | undefined>;
  if (scope[name]) return;

  let sights = new Map<string, Sight>();
  let units = 0;
  let frames = 0;
  let mutations = 0;
  let isFull = false;
  let isStopped = false;
  let hasChanged = true;
  const shadows = new WeakMap<Element, ShadowRoot>();

  const see = (text: string | null | undefined, where: string, isPainted: boolean): void => {
    // Half an emoji is drawn as U+FFFD, and WebDriver carries no other.
    const shown = (text ?? '').trim().replace(LONE_SURROGATE, '\ufffd');
    if (shown === '' || (onlyPainted && !isPainted)) return;
    const key = `${where}\n${shown}`;
    const known = sights.get(key);
    if (known) {
      known.isPainted ||= isPainted;
    } else if (sights.size >= MAX_SIGHTS || units + shown.length > MAX_UNITS) {
      isFull = true;
    } else {
      sights.set(key, { text: shown, where, isPainted, frame: frames });
      units += shown.length;
    }
  };

  const isElement = (node: Node | null): node is Element => node?.nodeType === 1;
  const parentOf = (node: Node): Node | null => (node as Partial<ShadowRoot>).host ?? node.parentNode;
  const nameOf = (node: Node): string => {
    if (!isElement(node)) return 'text';
    const classes = [...node.classList].slice(0, 2).map((one) => `.${one}`).join('');
    return `${node.localName}${node.id === '' ? '' : `#${node.id}`}${classes}`;
  };
  const isInline = (element: Element): boolean =>
    element.isConnected ? /^(inline|contents|ruby)/.test(view.getComputedStyle(element).display) : INLINE_TAGS.has(element.tagName);

  const tops = (): Node[] => given ? [given] : root === '' ? [document] : [...document.querySelectorAll(root)];
  /** Whether a node is under what is watched, and under nothing that is ignored. */
  const isWatched = (node: Node): boolean => {
    const within = tops();
    let isInside = false;
    for (let at: Node | null = node; at; at = parentOf(at)) {
      if (ignore !== '' && isElement(at) && at.matches(ignore)) return false;
      isInside ||= within.includes(at);
    }
    return isInside;
  };
  const closest = (node: Node, fits: (element: Element) => boolean): Element | undefined => {
    for (let at: Node | null = node; at; at = parentOf(at)) if (isElement(at) && fits(at)) return at;
    return undefined;
  };
  const blockOf = (node: Node): Node => closest(node, (element) => !isInline(element)) ?? document.documentElement;

  /** Adds the text under `node` to the texts of its blocks. */
  const gather = (node: Node, block: Node, texts: Map<Node, string>, isPainted: boolean): void => {
    const add = (text: string): void => void texts.set(block, (texts.get(block) ?? '') + text);
    let isHidden = false;
    if (isElement(node)) {
      if (UNSHOWN_TAGS.has(node.tagName) || (ignore !== '' && node.matches(ignore))) return;
      if (node.tagName === 'BR') add('\n');
      if (isPainted) {
        const { display, visibility, clipPath } = view.getComputedStyle(node);
        // So `guard.attach` hides what it has not read.
        if (display === 'none' || clipPath === 'inset(100%)') return;
        isHidden = visibility === 'hidden' || visibility === 'collapse';
      }
      if (!isInline(node)) block = node;
      const shadow = node.shadowRoot ?? shadows.get(node);
      if (shadow) gather(shadow, block, texts, isPainted);
    }
    for (const child of node.childNodes) {
      if (child.nodeType !== 3) gather(child, block, texts, isPainted);
      else if (!isHidden) add((child as Text).data);
    }
  };
  const lookAtText = (top: Node, isPainted: boolean): string => {
    const texts = new Map<Node, string>();
    gather(top, top, texts, isPainted);
    for (const [block, text] of texts) see(text, nameOf(block), isPainted);
    return [...texts.values()].join('\n');
  };
  const lookAtMessage = (message: Element, isPainted: boolean): void => {
    const texts = new Map<Node, string>();
    gather(message, message, texts, isPainted);
    see([...texts.values()].join('\n'), `message ${nameOf(message)}`, isPainted);
  };
  const elementsUnder = (top: Node): Element[] => [...isElement(top) ? [top] : [], ...(top as ParentNode).querySelectorAll?.('*') ?? []];
  const lookAtAttributes = (top: Node, isPainted: boolean): void => {
    for (const element of elementsUnder(top)) {
      for (const attribute of ATTRIBUTES) {
        const value = element.getAttribute(attribute);
        if (value !== null && isWatched(element)) see(value, `${nameOf(element)} ${attribute}`, isPainted);
      }
    }
  };
  const lookAtFields = (top: Node): void => {
    for (const field of (top as ParentNode).querySelectorAll?.<HTMLInputElement>('input, textarea') ?? []) {
      if (field.type !== 'password' && field.type !== 'hidden' && isWatched(field)) see(field.value, `${nameOf(field)} value`, true);
    }
  };

  const lookAtAll = (): void => {
    if (!given && root === '') see(document.title, 'document title', true);
    for (const top of tops()) {
      lookAtFields(top);
      if (!hasChanged && frames % LOOK_EVERY !== 0) continue;
      lookAtText(top, true);
      lookAtAttributes(top, true);
      if (messages !== '') {
        for (const element of elementsUnder(top)) if (element.matches(messages) && isWatched(element)) lookAtMessage(element, true);
      }
    }
    hasChanged = false;
  };

  const lookAtChange = ({ type, target, oldValue, attributeName, addedNodes, removedNodes }: MutationRecord, blocks: Set<Node>): void => {
    if (type === 'attributes') {
      if (!ATTRIBUTES.includes(attributeName ?? '')) return;
      for (const value of [oldValue, (target as Element).getAttribute(attributeName ?? '')]) see(value, `${nameOf(target)} ${attributeName}`, false);
      return;
    }
    if (type === 'characterData') see(oldValue, 'text before', false);
    blocks.add(blockOf(target));
    for (const node of [...addedNodes, ...removedNodes]) {
      observeShadowsUnder(node);
      if (!node.isConnected) lookAtText(node, false);
      // A text node has no attributes and is its own block.
      if (isElement(node)) lookAtAttributes(node, false);
      else if (!node.isConnected) see((node as Text).data, 'text before', false);
    }
  };
  const observer = new view.MutationObserver((records) => {
    mutations += records.length;
    hasChanged = true;
    const blocks = new Set<Node>();
    const changed = new Set<Element>();
    for (const record of records) {
      // What is watched may come or go as a whole.
      if (!isWatched(record.target)) {
        for (const top of tops()) if (record.target.contains(top)) blocks.add(top);
        continue;
      }
      lookAtChange(record, blocks);
      const message = messages === '' ? undefined : closest(record.target, (element) => element.matches(messages));
      if (message) changed.add(message);
    }
    for (const block of blocks) if (isWatched(block)) lookAtText(block, false);
    for (const message of changed) lookAtMessage(message, false);
  });
  const observe = (node: Node): void => observer.observe(node, {
    subtree: true, childList: true, characterData: true, characterDataOldValue: true, attributes: true, attributeOldValue: true,
  });
  const observeShadowsUnder = (top: Node): void => {
    for (const element of elementsUnder(top)) {
      if (!element.shadowRoot || shadows.has(element)) continue;
      shadows.set(element, element.shadowRoot);
      observe(element.shadowRoot);
      observeShadowsUnder(element.shadowRoot);
    }
  };

  // Closed shadow roots too, where the recorder is there before the page's scripts.
  const { attachShadow } = view.Element.prototype;
  view.Element.prototype.attachShadow = function attach(init) {
    const made = attachShadow.call(this, init);
    if (!isStopped) {
      shadows.set(this, made);
      observe(made);
    }
    return made;
  };
  observe(document);
  observeShadowsUnder(document);

  // Before the frame is drawn, and right after.
  const lookAgain = (): void => {
    if (!isStopped) lookAtAll();
  };
  const frame = (): void => {
    if (isStopped) return;
    lookAtAll();
    frames += 1;
    view.setTimeout(lookAgain);
    view.requestAnimationFrame(frame);
  };
  view.requestAnimationFrame(frame);

  const nextFrame = (): Promise<unknown> => new Promise((resolve) => {
    view.requestAnimationFrame(resolve);
    view.setTimeout(resolve, FRAME_PATIENCE_MS);
  });
  scope[name] = {
    async drain() {
      await nextFrame();
      await nextFrame();
      const recording = { sights: [...sights.values()], frames, mutations, isFull };
      sights = new Map();
      units = 0;
      isFull = false;
      return recording;
    },
    stop() {
      isStopped = true;
      observer.disconnect();
      delete scope[name];
    },
  };
}
