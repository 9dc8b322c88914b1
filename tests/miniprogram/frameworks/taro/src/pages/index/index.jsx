import { Text, View } from '@tarojs/components';
import { useLoad } from '@tarojs/taro';
import { useState } from 'react';
import * as tidegate from 'tidegate/miniprogram';

/** Shows what the guard lets through of a text; the test keeps a pack in the storage. */
export default function Index() {
  const [shown, show] = useState('');
  useLoad(async () => {
    await tidegate.init({ wasm: '/tidegate/tidegate.wasm.br' });
    const guard = await tidegate.createGuard({ packs: [new Uint8Array(wx.base64ToArrayBuffer(wx.getStorageSync('pack')))] });
    show(guard.message().push('去赌博网站看看').text);
    await guard.dispose();
  });
  return <View><Text>{shown}</Text></View>;
}
