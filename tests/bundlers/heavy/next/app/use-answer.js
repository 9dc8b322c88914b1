'use client';

import { useEffect, useState } from 'react';

/** What the page shows, and tells once it has drawn all. */
export function useAnswer() {
  const [text, setText] = useState('');
  const [end, setEnd] = useState();
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  useEffect(() => {
    if (end !== undefined) document.documentElement.dataset.end = end;
  }, [end]);
  return { text, isReady, show: (more) => setText((before) => before + more), setEnd };
}
