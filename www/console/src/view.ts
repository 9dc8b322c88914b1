/** What the shell and a view know of each other. */
import type { Place } from './router.js';

export interface View {
  readonly node: HTMLElement;
  /** The address changed within the view; also called once when it opens. */
  show(place: Place): void;
  /** The view leaves the page: its questions and timers end. */
  close(): void;
  /** Keys that do something here; they do nothing while a field has the focus. */
  readonly keys?: Record<string, () => void>;
}
