'use client';

import { useEffect, useState } from 'react';
import { GuardedMessage } from 'tidegate/adapters/react';
import { chat } from '../chat.js';

export default function Page() {
  const [text, setText] = useState('');
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const ask = () => {
    const end = (state) => { document.documentElement.dataset.end = state; };
    chat(location.href, (more) => setText((before) => before + more)).then(() => end('done'), (error) => end(String(error)));
  };
  // What the server renders is what a page begins with: nothing of the text.
  return <><button disabled={!isReady} onClick={ask}>问</button><main>{text}</main><GuardedMessage guard={undefined} text="赌博网站" /></>;
}
