'use client';

import { GuardedMessage } from 'tidegate/adapters/react';
import { chat } from '../chat.js';
import { useAnswer } from './use-answer.js';

export default function Page() {
  const { text, isReady, show, setEnd } = useAnswer();
  const ask = () => chat(location.href, show).then(() => setEnd('done'), (error) => setEnd(String(error)));
  // What the server renders is what a page begins with: nothing of the text.
  return <><button disabled={!isReady} onClick={ask}>问</button><main>{text}</main><GuardedMessage guard={undefined} text="赌博网站" /></>;
}
