/** A policy as it is written; docs/policy.md has the format. */
import type { Action, Channel, Escalation } from './types.js';

/** A policy as authored; YAML is the same object, read by the `tidegate` command. */
export interface Policy {
  /** Name, 1 to 2,000 bytes; reports keep 256 UTF-16 units of it. */
  policy: string;
  /** Only goes up; default 1. */
  revision?: number;
  /** What to tell the user when a message is ended, by locale (BCP 47). */
  notice?: Record<string, string>;
  /** Where the user finds help, shown when a rule escalates, by locale. */
  help?: Record<string, string>;
  /** The action of rules that name none, by risk. */
  actions?: Record<string, Action>;
  /** Ends a message whose hits' scores add up to `limit` (1–1,000,000); default `terminate`. */
  score?: { limit: number; action?: 'terminate' | 'retract' };
  /** In order of precedence among equal matches. */
  rules: PolicyRule[];
  /** Phrases inside which nothing is a match. */
  allow?: string[];
}

/** Made of `terms`, or `all` and `any`, or `pattern`, or `detect`. */
export interface PolicyRule {
  /** Unique in the policy, 1 to 2,000 bytes; reports keep 256 UTF-16 units of it. */
  id: string;
  /** An id of the taxonomy, such as `a2_gender` or `x_gambling`. */
  risk: string;
  /** Default: what the policy's `actions` says of the risk. */
  action?: Action;
  /** Each one a hit. */
  terms?: string[];
  /** Groups of terms; a hit is one of each, close together. */
  all?: string[][];
  /** One more group of `all`, written flat. */
  any?: string[];
  /** Terms that dismiss a hit nearby. */
  unless?: string[];
  /**
   * With `all` and `any`: most UTF-16 units between the first and the last hit, or
   * `sentence`; default 20, 0–200. With `terms` and `unless`: between the two.
   */
  within?: number | 'sentence';
  /** A bounded pattern: literals, classes, groups, `|`, `?`, `{m,n}`; no `*`, no `+`. */
  pattern?: string;
  /** With `pattern`: a check digit that must be right. */
  check?: 'luhn' | 'cn-id';
  /** A built-in pattern. */
  detect?: 'cn-id-card' | 'bank-card' | 'cn-mobile' | 'email' | 'link';
  /** With `detect: 'link'`: only these hosts, or all but these; subdomains included. */
  hosts?: { deny: string[] } | { allow: string[] };
  /** Default `tight`, `joined` and `leet`; `sound` must be asked for. */
  views?: ('tight' | 'joined' | 'leet' | 'sound')[];
  /** Where it applies (`cn`, `eu`, …); default everywhere. */
  jurisdictions?: string[];
  /** What a hit adds to the message's score, 0–10,000; default 0. */
  score?: number;
  /** Default all. */
  channels?: Channel[];
  /** What `replace` puts; default `…`. */
  with?: string;
  /** The character that `mask` repeats; default `＊`. */
  mask?: string;
  /** 1 (low) to 4 (critical); default 0, not stated. */
  severity?: number;
  /** The user's words for stopping at once; the rule judges only what the user writes. */
  exit?: boolean;
  /** A hit is for a person to look at, and help is shown; the rule judges only what the user writes. */
  escalate?: Escalation;
}
