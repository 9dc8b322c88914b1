/** The status line: seen, and read out by screen readers. */
import { byId } from '../../src/dom.js';

/** How long a line stays, ms. */
const STAY_MS = 6_000;
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(words: string, isBad = false): void {
  const line = byId('status');
  line.textContent = words;
  line.classList.toggle('bad', isBad);
  clearTimeout(timer);
  // What went wrong stays until something else is said.
  if (!isBad) timer = setTimeout(() => { line.textContent = ''; }, STAY_MS);
}
