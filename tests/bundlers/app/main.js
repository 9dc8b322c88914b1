import { chat } from './chat.js';

const main = document.querySelector('main');
const button = document.querySelector('button');
button.onclick = () => {
  chat(location.href, (text) => main.append(text)).then(
    () => { document.documentElement.dataset.end = 'done'; },
    (error) => { document.documentElement.dataset.end = String(error); },
  );
};
button.disabled = false;
