/** One text through one guard, every step of it. */
import type { Channel, Guard, MessageState, Verdict } from 'tidegate';

/** What one `push` or `finish` did. */
export interface Step {
  /** What was pushed; at the end `undefined`. */
  piece: string | undefined;
  /** UTF-16 units received so far. */
  received: number;
  /** Shown before this step, and now in addition. */
  before: string;
  text: string;
  held: string;
  state: MessageState;
  notice: string;
  /** New ones. */
  verdicts: Verdict[];
}

/** Before anything was pushed, after each piece, and at the end; nothing is read once the message is over. */
export function stepsOf(guard: Guard, channel: Channel, pieces: readonly string[]): Step[] {
  const message = guard.message({ channel });
  const steps: Step[] = [{ piece: '', received: 0, before: '', text: '', held: '', state: message.state, notice: '', verdicts: [] }];
  let before = '';
  let pushed = '';
  for (const piece of [...pieces, undefined]) {
    if (message.state !== 'open') break;
    const { text, held, state, verdicts, notice = '' } = piece === undefined ? message.finish() : message.push(piece);
    pushed += piece ?? '';
    steps.push({ piece, received: pushed.length, before, text, held: held === 0 ? '' : pushed.slice(-held), state, notice, verdicts });
    before += text;
  }
  return steps;
}
