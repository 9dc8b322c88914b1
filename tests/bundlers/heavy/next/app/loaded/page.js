'use client';

import { useEffect, useState } from 'react';
import { createGuard, lazyGuard, loadInWorker } from 'tidegate';
import { answerOf } from '../../chat.js';

// Also the server runs this line; nothing is loaded before somebody asks.
const lazy = lazyGuard(async () => {
  const worker = new Worker(new URL('../../loads.js', import.meta.url), { type: 'module' });
  return createGuard({ packs: await loadInWorker(worker, { packs: ['/policy.pack'] }) });
});

/** The page whose policy a worker loads, once it is needed. */
export default function Page() {
  const [text, setText] = useState('');
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const ask = () => {
    const end = (state) => { document.documentElement.dataset.end = state; };
    answerOf(lazy, location.href, (more) => setText((before) => before + more)).then(() => end('done'), (error) => end(String(error)));
  };
  return <><button disabled={!isReady} onClick={ask}>问</button><main>{text}</main></>;
}
