'use client';

import { useEffect, useRef } from 'react';
import { useAnswer } from '../use-answer.js';

/** The page whose guard is in a worker. */
export default function Page() {
  const { text, isReady, show, setEnd } = useAnswer();
  const worker = useRef();
  useEffect(() => {
    worker.current = new Worker(new URL('../../worker.js', import.meta.url), { type: 'module' });
    worker.current.onmessage = ({ data }) => {
      if (data.text !== undefined) show(data.text);
      else setEnd(data.end);
    };
    return () => worker.current.terminate();
  }, []);
  return <><button disabled={!isReady} onClick={() => worker.current.postMessage(location.href)}>问</button><main>{text}</main></>;
}
