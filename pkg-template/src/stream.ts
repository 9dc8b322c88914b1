/**
 * `guard.stream()`: a transform of text. It ends when the policy ends the
 * message, which cancels the source; it fails with `usage/closed` when the
 * service closes. Text that is held when the source fails is never shown.
 */
import { GuardError } from './error.js';
import type { Message, Outcome } from './types.js';

export interface StreamContext {
  message: Message;
  /** Runs `close` when the service closes or the guard is disposed; returns stop. */
  onClose(close: (reason: GuardError) => void): () => void;
  onOutcome?: ((outcome: Outcome) => void) | undefined;
}

export function createStream({ message, onClose, onOutcome }: StreamContext): TransformStream<string, string> {
  let stop = (): void => {};
  const show = (outcome: Outcome, controller: TransformStreamDefaultController<string>): void => {
    if (outcome.text !== '') controller.enqueue(outcome.text);
    onOutcome?.(outcome);
    if (outcome.state !== 'open') stop();
  };
  return new TransformStream<string, string>({
    start(controller) {
      stop = onClose((reason) => {
        stop();
        controller.error(reason);
      });
    },
    transform(delta, controller) {
      if (typeof delta !== 'string') {
        stop();
        throw new GuardError('message/not-text', 'the stream takes strings: put a TextDecoderStream before it');
      }
      const outcome = message.push(delta);
      show(outcome, controller);
      if (outcome.state !== 'open') controller.terminate();
    },
    flush(controller) {
      show(message.finish(), controller);
    },
  });
}
