/** The visible label, and copying with it: 标识办法 art. 4, last paragraph. */
import { GuardError } from '../error.js';

/** What the label says. */
export interface LabelOptions {
  /** BCP 47; default `zh-CN`. */
  locale?: string;
  /** Own wording. GB 45438—2025 §5.1 asks for an element of AI and one of generation or synthesis in it. */
  label?: string;
}

/** What of a page the label is copied with. */
export interface CopyOptions extends LabelOptions {
  /** Selector of what a model made. */
  messages: string;
}

const IS_OF_AI = /人工智能|(?<![a-z])AI(?![a-z])|artificial intelligence/i;
const IS_GENERATED = /生成|合成|generat|synthe/i;

/** The text, and a line that says who made it. Once is enough. */
export function labelled(text: string, options: LabelOptions = {}): string {
  const line = labelOf(options);
  const whole = text.trimEnd();
  return whole.endsWith(line) ? whole : `${whole}\n\n${line}`;
}

/** The wording. Throws `labels/wording` if it does not say what it must. */
export function labelOf({ locale = 'zh-CN', label }: LabelOptions): string {
  if (label === undefined) return locale.toLowerCase().startsWith('zh') ? '【内容由 AI 生成】' : '[AI-generated content]';
  if (!IS_OF_AI.test(label) || !IS_GENERATED.test(label)) {
    throw new GuardError('labels/wording', 'a label says that it was AI, and that it was generated or synthesised');
  }
  return label;
}

/**
 * What the user copies out of messages has the label, as text and as HTML. Copying the user's own
 * words, out of fields or elsewhere, is left alone. Returns a function that ends it.
 */
export function labelOnCopy(root: Document | Element, { messages, ...options }: CopyOptions): () => void {
  const line = labelOf(options);
  const onCopy = (event: Event): void => {
    const { clipboardData } = event as ClipboardEvent;
    const document = root.ownerDocument ?? root as Document;
    const selection = document.getSelection();
    if (event.defaultPrevented || !clipboardData || !selection || selection.isCollapsed || isField(document.activeElement)) return;
    const isOfModel = [...root.querySelectorAll(messages)].some((message) => selection.containsNode(message, true));
    if (!isOfModel) return;
    const holder = document.createElement('div');
    for (let at = 0; at < selection.rangeCount; at += 1) holder.append(selection.getRangeAt(at).cloneContents());
    const said = document.createElement('p');
    said.textContent = line;
    holder.append(said);
    clipboardData.setData('text/plain', labelled(selection.toString(), options));
    clipboardData.setData('text/html', holder.innerHTML);
    event.preventDefault();
  };
  root.addEventListener('copy', onCopy);
  return () => root.removeEventListener('copy', onCopy);
}

function isField(element: Element | null): boolean {
  return element !== null && /^(INPUT|TEXTAREA)$/.test(element.tagName);
}
