/**
 * The records on the screen, and those that arrive. New ones are fetched by
 * cursor from the newest known one on, so that none is missed; while the
 * reader has paused they are counted but not shown. What is kept is bounded:
 * when more arrive than fit, the feed says so and starts anew from the newest.
 */
import * as api from './api.js';
import type { StoredRecord } from './api-types.js';

/** Records of a page. */
export const PAGE_ROWS = 100;
/** Most records that wait to be shown. */
export const MAX_WAITING = 500;
/** Most records that are shown; the oldest give way to those that arrive. */
const MAX_SHOWN = 2_000;
const POLL_MS = 4_000;
/** Longest pause after failures. */
const MAX_PAUSE_MS = 60_000;

type FeedState = 'live' | 'paused' | 'delayed';

export class Feed {
  rows: StoredRecord[] = [];
  waiting: StoredRecord[] = [];
  /** More have arrived than may wait. */
  isOverrun = false;
  isPaused = false;
  failures = 0;
  /** `after` of the records that are older than those shown. */
  #older: string | null = null;
  #question: api.RecordFilter;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = new AbortController();
  readonly #changed: () => void;

  constructor(question: api.RecordFilter, changed: () => void) {
    this.#question = question;
    this.#changed = changed;
  }

  get state(): FeedState {
    if (this.isPaused) return 'paused';
    return this.failures > 0 ? 'delayed' : 'live';
  }

  /** Whether there are older records, and room for them. */
  get hasOlder(): boolean {
    return this.#older !== null && this.rows.length < MAX_SHOWN;
  }

  /** Takes the newest page; with an error if that fails. */
  async start(): Promise<void> {
    const page = await api.records(this.#question, { order: 'newest', limit: PAGE_ROWS }, this.#ended.signal);
    this.rows = page.rows;
    this.#older = page.next;
    this.waiting = [];
    this.isOverrun = false;
    this.#schedule();
  }

  /** Adds the page behind the oldest one shown. */
  async more(): Promise<void> {
    const after = this.#older;
    if (after === null || !this.hasOlder) return;
    const page = await api.records(this.#question, { order: 'newest', limit: PAGE_ROWS, after }, this.#ended.signal);
    // The feed has started anew, or was trimmed: another page is the next one.
    if (after !== this.#older) return;
    this.rows.push(...page.rows);
    this.#older = page.next;
    this.#trim();
  }

  /** Shows what waits; after an overrun the newest page instead. */
  async release(): Promise<void> {
    if (this.isOverrun) return await this.start();
    this.rows = [...this.waiting, ...this.rows];
    this.waiting = [];
    this.#trim();
  }

  setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
  }

  close(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  #trim(): void {
    if (this.rows.length <= MAX_SHOWN) return;
    this.rows.length = MAX_SHOWN;
    this.#older = String(this.rows[MAX_SHOWN - 1]?.row);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#ended.signal.aborted) return;
    const pause = Math.min(POLL_MS * 2 ** this.failures, MAX_PAUSE_MS);
    this.#timer = setTimeout(() => { void this.#poll(); }, pause);
  }

  async #poll(): Promise<void> {
    // Nobody looks, or there is no room: then nothing is asked for.
    if (document.hidden || (this.isOverrun && this.isPaused)) return this.#schedule();
    try {
      // Starting anew has failed before.
      if (this.isOverrun) await this.start();
      else await this.#catchUp();
      this.failures = 0;
    } catch (error) {
      if (this.#ended.signal.aborted || (error instanceof api.Failure && error.status === 401)) return;
      this.failures += 1;
    }
    this.#changed();
    this.#schedule();
  }

  async #catchUp(): Promise<void> {
    const newest = this.waiting[0] ?? this.rows[0];
    if (newest === undefined) {
      const page = await api.records(this.#question, { order: 'newest', limit: PAGE_ROWS }, this.#ended.signal);
      this.#older = page.next;
      return await this.#take(page.rows, false);
    }
    const page = await api.records(this.#question, { order: 'oldest', limit: MAX_WAITING, after: String(newest.row) }, this.#ended.signal);
    await this.#take(page.rows.reverse(), page.next !== null);
  }

  async #take(fresh: StoredRecord[], areThereMore: boolean): Promise<void> {
    this.waiting = [...fresh, ...this.waiting];
    if (areThereMore || this.waiting.length > MAX_WAITING) {
      this.isOverrun = true;
      this.waiting = [];
    }
    if (!this.isPaused) await this.release();
  }
}
