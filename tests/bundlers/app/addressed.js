/** The page of main.js, told by the bundler where the module is. */
import { createGuard, init } from 'tidegate';
import wasm from 'tidegate/tidegate_bg.wasm?url';
import { answerOf } from './chat.js';

const main = document.querySelector('main');
const button = document.querySelector('button');
const end = (how) => { document.documentElement.dataset.end = how; };
button.onclick = async () => {
  try {
    await init({ compiler: false, wasm });
    const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())] });
    await answerOf(guard, location.href, (text) => main.append(text));
    end('done');
  } catch (error) {
    end(String(error));
  }
};
button.disabled = false;
