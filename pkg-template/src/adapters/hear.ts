/** What the user wrote is heard before anything is asked: words for stopping, and for help. */
import { exited } from '../off.js';
import type { Guard } from '../types.js';

/** Judges what the user wrote; throws `usage/exit` when it says to stop. */
export function hear(guard: Guard, text: string): void {
  if (text === '') return;
  let isLeaving = false;
  const onExit = (): void => {
    isLeaving = true;
  };
  guard.usage.addEventListener('exit', onExit);
  try {
    guard.check(text);
  } finally {
    guard.usage.removeEventListener('exit', onExit);
  }
  if (isLeaving) throw exited();
}
