/** Words of a page in its languages, and which of them it shows. */
import type { Locale } from './locale.js';

let locale: Locale = 'zh-CN';

export function currentLocale(): Locale {
  return locale;
}

/** Words by key. Elements name theirs in `attribute` (text), `-label`, `-title` or `-placeholder`. */
export class Words<Key extends string> {
  readonly #words: Record<Locale, Record<Key, string>>;
  readonly #attribute: string;

  constructor(words: Record<Locale, Record<Key, string>>, attribute: string) {
    this.#words = words;
    this.#attribute = attribute;
  }

  /** The words for `key`, with `{name}` replaced by `values.name`. */
  say(key: Key, values: Record<string, string | number> = {}): string {
    return this.#words[locale][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  /** Whether there are words of this name. */
  has(name: string): name is Key {
    return Object.hasOwn(this.#words.en, name);
  }

  /** Sets the language of the page and rewrites every static text in it. */
  speak(next: Locale): void {
    locale = next;
    document.documentElement.lang = next;
    this.fill(document);
  }

  /** Fills the elements that name their words. */
  fill(root: ParentNode): void {
    const fill = (attribute: string, set: (node: HTMLElement, words: string) => void): void => {
      for (const node of root.querySelectorAll<HTMLElement>(`[${attribute}]`)) {
        set(node, this.say(node.getAttribute(attribute) as Key));
      }
    };
    fill(this.#attribute, (node, words) => { node.textContent = words; });
    fill(`${this.#attribute}-label`, (node, words) => node.setAttribute('aria-label', words));
    fill(`${this.#attribute}-title`, (node, words) => { node.title = words; });
    fill(`${this.#attribute}-placeholder`, (node, words) => node.setAttribute('placeholder', words));
  }
}
