/**
 * What the parts of the runtime know of each other. Not public.
 */
import type { GuardError } from './error.js';
import type { Person } from './report-record.js';
import type { Complaint, Escalation, EscalationDetail, Host, Reports, Usage, UsageOptions, Verdict } from './types.js';

/** The usage part, as the guard uses it. */
export interface UsageRuntime extends Usage {
  /** Throws GuardError('usage/closed') with `opensAt` while the service is closed. */
  assertOpen(): void;
  /** What records may say of the user. */
  about(): Person;
  /** The guard is made and about to be handed out: what is due is dispatched from the next task on. */
  ready(): void;
  /** The model is writing: counts as activity. */
  streaming(): void;
  /** A person has to look at what the user wrote. */
  escalate(detail: EscalationDetail): void;
  /** Runs `close` when the service closes or the user leaves; returns stop. */
  onClose(close: Close): () => void;
  dispose(): Promise<void>;
}

/**
 * Answers under way end after `graceMs`, or with their sentence if that is sooner; 0 means now.
 * It may be called again with less.
 */
export type Close = (graceMs: number, reason: GuardError) => void;

export interface CreateUsage {
  /** `keys`: the guard's public keys, none if it takes unsigned packs. */
  (options: UsageOptions, host: Host, keys: Uint8Array[]): Promise<UsageRuntime>;
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
  /** The rule's; 0: not stated. */
  severity: number;
  escalation: Escalation | undefined;
  /** The text of the message. */
  text: SpanText;
}

/** What is still known of a message's raw text between two offsets, and the offset at which it begins. */
export type SpanText = (start: number, end: number) => { from: number; text: string };

/** The report part, as the guard uses it. */
export interface ReportsRuntime extends Reports {
  /** UTF-16 units before a verdict's span that messages must remember for it. */
  readonly evidenceUnits: number;
  /** Queues a record; never throws, never waits. */
  verdict(context: VerdictContext): void;
  submit(complaint: Complaint): Promise<{ id: string }>;
  dispose(): Promise<void>;
}
