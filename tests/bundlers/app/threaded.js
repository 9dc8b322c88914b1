const main = document.querySelector('main');
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => { document.documentElement.dataset.end = `worker: ${message}`; };
worker.onmessage = ({ data }) => {
  if (data.text !== undefined) main.append(data.text);
  else document.documentElement.dataset.end = data.end;
};
worker.postMessage(location.href);
