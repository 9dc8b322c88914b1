/**
 * Released text → Markdown → clean DOM.
 *
 * The guard has read the raw text, so rendering must never join what the raw
 * text keeps apart: raw HTML and entities stay literal, link targets stay
 * and code languages stay visible, link definitions are not hidden, images are
 * not loaded.
 */
import DOMPurify from 'dompurify';
import { Marked, type Token, type Tokens } from 'marked';

const TAGS = [
  'p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'hr', 'a', 'span',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'div',
];
const ATTRIBUTES = ['href', 'rel', 'target', 'class', 'start', 'align', 'tabindex'];
/** Schemes that a link may have. */
const LINK = /^(https?:\/\/|mailto:)/i;

const marked = new Marked({ gfm: true, breaks: true });
marked.use({
  tokenizer: { def: () => undefined },
  renderer: {
    html: (token: Tokens.HTML | Tokens.Tag) => escape(token.raw),
    image: (token: Tokens.Image) => escape(token.raw),
    text(token: Tokens.Text | Tokens.Escape) {
      if ('tokens' in token && token.tokens) return this.parser.parseInline(token.tokens);
      // The tokenizer decodes entities in `text`; `raw` is what the guard has read.
      return masked(escape(token.type === 'escape' ? token.text : token.raw));
    },
    checkbox: (token: Tokens.Checkbox) => (token.checked ? '☑ ' : '☐ '),
    link(token: Tokens.Link) {
      if (!LINK.test(token.href)) return escape(token.raw);
      const words = this.parser.parseInline(token.tokens);
      const target = token.text === token.href || token.href === `mailto:${token.text}` || token.href === `http://${token.text}`
        ? '' : `<span class="link-target"> (${escape(token.href)})</span>`;
      return `<a href="${escape(token.href)}" target="_blank" rel="noopener noreferrer nofollow">${words}</a>${target}`;
    },
    table(token: Tokens.Table) {
      const row = (cells: Tokens.TableCell[], tag: 'th' | 'td'): string => '<tr>' + cells.map((cell) =>
        `<${tag}${cell.align ? ` align="${cell.align}"` : ''}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('') + '</tr>';
      const body = token.rows.map((cells) => row(cells, 'td')).join('');
      return `<div class="table-scroll" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>`;
    },
    code(token: Tokens.Code) {
      const lang = token.lang ? `<div class="code-lang">${escape(token.lang)}</div>` : '';
      return `<div class="code-box">${lang}<pre tabindex="0"><code>${escape(token.text)}\n</code></pre></div>`;
    },
  },
});

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Sets hidden text apart. A mask may have swallowed one of two emphasis marks;
 * the one left over is not shown.
 */
function masked(html: string): string {
  return html.replace(/(?:\*\*)?(＊{2,})/g, '<span class="masked">$1</span>');
}

function fragment(token: Token): DocumentFragment {
  return DOMPurify.sanitize(marked.parser([token]), {
    ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, ADD_ATTR: ['target'], RETURN_DOM_FRAGMENT: true,
  });
}

interface Block { raw: string; node: HTMLElement }

/**
 * Renders a growing text into `root`, at most once per animation frame.
 * Blocks that did not change keep their nodes, so a selection survives.
 */
export class MarkdownView {
  private text = '';
  private blocks: Block[] = [];
  private frame: number | undefined;

  /** `onRender` runs after every change of the DOM. */
  constructor(readonly root: HTMLElement, private readonly onRender: () => void = () => undefined) {}

  /** Everything appended so far. */
  get source(): string {
    return this.text;
  }

  append(released: string): void {
    this.text += released;
    this.frame ??= requestAnimationFrame(() => this.render());
  }

  /** Renders what is pending now. */
  flush(): void {
    if (this.frame === undefined) return;
    cancelAnimationFrame(this.frame);
    this.render();
  }

  /** Forgets the text and takes it off the page. */
  clear(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.text = '';
    this.blocks = [];
    this.root.replaceChildren();
  }

  private render(): void {
    this.frame = undefined;
    const tokens = marked.lexer(this.text).filter((token) => token.type !== 'space');
    tokens.forEach((token, index) => {
      const old = this.blocks[index];
      if (old?.raw === token.raw) return;
      const node = old?.node ?? document.createElement('div');
      node.className = 'block';
      node.replaceChildren(fragment(token));
      if (!old) this.root.append(node);
      this.blocks[index] = { raw: token.raw, node };
    });
    for (const extra of this.blocks.splice(tokens.length)) extra.node.remove();
    this.onRender();
  }
}
