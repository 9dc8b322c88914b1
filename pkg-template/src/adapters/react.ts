/** `tidegate/adapters/react`: React 18 and 19. On a server, and until the guard is there, nothing is shown. */
import { createElement, useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { Channel, Guard } from '../types.js';
import { guardCumulative, type Cumulative, type Shown } from './generic.js';

/** Before paint in pages; servers run no effects and would warn. */
const useBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect;
const NOTHING: Shown = { text: '', state: 'open' };

/** The guard, once it is made, or why it could not be; neither: it is being made. */
export type GuardState =
  | { guard: undefined; error: undefined }
  | { guard: Guard; error: undefined }
  | { guard: undefined; error: unknown };
const LOADING: GuardState = { guard: undefined, error: undefined };

/**
 * Makes a guard when the component is there and disposes of it when it is gone. `create` is called
 * once: `useGuard(async () => { await init(); return createGuard(options); })`.
 */
export function useGuard(create: () => Promise<Guard>): GuardState {
  const [state, setState] = useState<GuardState>(LOADING);
  const first = useRef(create);
  useEffect(() => {
    let isGone = false;
    const making = first.current();
    making.then((guard) => {
      if (!isGone) setState({ guard, error: undefined });
    }, (error: unknown) => {
      if (!isGone) setState({ guard: undefined, error });
    });
    return () => {
      isGone = true;
      setState(LOADING);
      making.then((guard) => guard.dispose(), () => {});
    };
  }, []);
  return state;
}

/** What a guarded text is part of. */
export interface GuardedTextOptions {
  /** Messages of one id end together and stay ended. */
  id?: string | undefined;
  /** Default `text`. */
  channel?: Channel | undefined;
  /** The text is complete; what is held is decided. */
  isDone?: boolean | undefined;
}

/** What may be shown of a text that grows. Without a guard: nothing. */
export function useGuardedText(guard: Guard | undefined, text: string, { id, channel, isDone }: GuardedTextOptions = {}): Shown {
  const [shown, setShown] = useState<Shown>(NOTHING);
  const guarding = useRef<{ guard: Guard; id: string | undefined; channel: Channel | undefined; text: Cumulative }>(undefined);
  useBeforePaint(() => {
    if (!guard) {
      guarding.current = undefined;
      setShown(NOTHING);
      return;
    }
    let current = guarding.current;
    if (!current || current.guard !== guard || current.id !== id || current.channel !== channel) {
      const options = { ...id === undefined ? {} : { id }, ...channel === undefined ? {} : { channel } };
      current = { guard, id, channel, text: guardCumulative(guard, options) };
      guarding.current = current;
    }
    setShown(current.text.update(text, isDone));
  }, [guard, text, id, channel, isDone]);
  return shown;
}

/** What `GuardedMessage` is given. */
export interface GuardedMessageProps extends GuardedTextOptions {
  /** Of `useGuard`; `undefined`: nothing is shown. */
  guard: Guard | undefined;
  /** The whole text so far, as the model wrote it. */
  text: string;
  /** Draws what may be shown, for instance as Markdown; default as it is. */
  children?: (shown: Shown) => ReactNode;
}

/** A text of a model, guarded. After an end it also shows the notice, with the role `status`. */
export function GuardedMessage({ guard, text, children, ...options }: GuardedMessageProps): ReactElement {
  const shown = useGuardedText(guard, text, options);
  const notice = shown.notice === undefined ? null : createElement('span', { role: 'status' }, shown.notice);
  return createElement('div', { 'data-tidegate-state': shown.state }, children ? children(shown) : shown.text, children ? null : notice);
}
