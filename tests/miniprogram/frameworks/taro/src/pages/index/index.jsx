import { Text, View } from '@tarojs/components';
import { useLoad, useUnload } from '@tarojs/taro';
import { useRef, useState } from 'react';
import * as tidegate from 'tidegate/miniprogram';

/** Asks once and shows the guarded answer as it comes; the test keeps a pack in the storage. */
export default function Index() {
  const [text, setText] = useState('');
  const [end, setEnd] = useState('');
  const guard = useRef();
  useLoad(async () => {
    await tidegate.init({ wasm: '/tidegate/tidegate.wasm.br' });
    guard.current = await tidegate.createGuard({ packs: [new Uint8Array(wx.base64ToArrayBuffer(wx.getStorageSync('pack')))] });
    const feeder = tidegate.createFeeder((changes) => setText(changes.text));
    const body = { stream: true, messages: [{ role: 'user', content: '去哪里看？' }] };
    tidegate.requestChat(guard.current, { url: 'https://chat.example/v1/chat/completions', body }, {
      onText: (more, channel) => channel === 'text' && feeder.append('text', more),
      onEnd: ({ state }) => { feeder.flush(); setEnd(state); },
      onError: ({ code }) => setEnd(code),
    });
  });
  useUnload(() => guard.current?.dispose());
  return <View onTouchStart={() => tidegate.touched()}><Text>{text}</Text><Text>{end}</Text></View>;
}
