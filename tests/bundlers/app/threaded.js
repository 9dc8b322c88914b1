const main = document.querySelector('main');
const button = document.querySelector('button');
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => { document.documentElement.dataset.end = `worker: ${message}`; };
worker.onmessage = ({ data }) => {
  if (data.text !== undefined) main.append(data.text);
  else document.documentElement.dataset.end = data.end;
};
button.onclick = () => worker.postMessage(location.href);
button.disabled = false;
