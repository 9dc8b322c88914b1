/** An error with a stable code, such as `pack/signature` or `usage/closed`. */
export class GuardError extends Error {
  /** Stable, such as `pack/digest`; match on it, never on the message. All are in `docs/errors.md`. */
  readonly code: string;
  /** With `usage/closed`: when the service opens again, ms since the epoch. */
  readonly opensAt?: number | null;

  /** `message` follows the code in the text of the error. */
  constructor(code: string, message: string, extra: { opensAt?: number | null; cause?: unknown } = {}) {
    super(`${code}: ${message}`, extra.cause === undefined ? undefined : { cause: extra.cause });
    // In ES5, for mini-programs, `Error` makes an object of its own class.
    Object.setPrototypeOf(this, new.target.prototype);
    this.name = 'GuardError';
    this.code = code;
    if (extra.opensAt !== undefined) this.opensAt = extra.opensAt;
  }

  /** Turns what the Rust core throws, `{code, message}`, into a GuardError. */
  static from(thrown: unknown): GuardError {
    if (thrown instanceof GuardError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
      return new GuardError(String(thrown.code), String(thrown.message));
    }
    return new GuardError('core/trap', 'the core stopped unexpectedly', { cause: thrown });
  }
}
