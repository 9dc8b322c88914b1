'use client';

import { createGuard, lazyGuard, loadInWorker } from 'tidegate';
import { answerOf } from '../../chat.js';
import { useAnswer } from '../use-answer.js';

// Also the server runs this line; nothing is loaded before somebody asks.
const lazy = lazyGuard(async () => {
  const worker = new Worker(new URL('../../loads.js', import.meta.url), { type: 'module' });
  return createGuard({ packs: await loadInWorker(worker, { packs: ['/policy.pack'] }) });
});

/** The page whose policy a worker loads, once it is needed. */
export default function Page() {
  const { text, isReady, show, setEnd } = useAnswer();
  const ask = () => answerOf(lazy, location.href, show).then(() => setEnd('done'), (error) => setEnd(String(error)));
  return <><button disabled={!isReady} onClick={ask}>问</button><main>{text}</main></>;
}
