/**
 * What the parts of the runtime know of each other. Not public.
 */
import type { Complaint, Host, Reports, ReportOptions, Usage, UsageOptions, Verdict } from './types.js';

/** The usage part, as the guard uses it. */
export interface UsageRuntime extends Usage {
  /** Throws GuardError('usage/closed') with `opensAt` while the service is closed. */
  assertOpen(): void;
  /** The model is writing: counts as activity. */
  streaming(): void;
  /** Runs `close` when the service closes; returns stop. */
  onClose(close: () => void): () => void;
  dispose(): Promise<void>;
}

export interface CreateUsage {
  (options: UsageOptions, host: Host): Promise<UsageRuntime>;
}

/** What the guard tells of one verdict. */
export interface VerdictContext {
  verdict: Verdict;
  policy: string;
  revision: number;
  /** Hex digest of the pack. */
  digest: string;
  message: string;
  channel: string;
  locale: string;
  direction: 'input' | 'output';
  /** UTF-16 units released before the verdict. */
  shownUnits: number;
}

/** The report part, as the guard uses it. */
export interface ReportsRuntime extends Reports {
  /** Queues a record; never throws, never waits. */
  verdict(context: VerdictContext): void;
  submit(complaint: Complaint): Promise<{ id: string }>;
  dispose(): Promise<void>;
}

export interface CreateReports {
  (options: ReportOptions, host: Host, locale: string): Promise<ReportsRuntime>;
}
