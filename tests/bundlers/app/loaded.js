/** The page of main.js, whose policy a worker loads. */
import { createGuard, loadInWorker } from 'tidegate';
import { answerOf } from './chat.js';

const main = document.querySelector('main');
const button = document.querySelector('button');
const end = (how) => { document.documentElement.dataset.end = how; };
button.onclick = async () => {
  try {
    const worker = new Worker(new URL('./loads.js', import.meta.url), { type: 'module' });
    const guard = await createGuard({ packs: await loadInWorker(worker, { packs: ['/policy.pack'] }) });
    await answerOf(guard, location.href, (text) => main.append(text));
    end('done');
  } catch (error) {
    end(String(error));
  }
};
button.disabled = false;
