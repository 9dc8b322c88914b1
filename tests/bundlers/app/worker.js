import { chat } from './chat.js';

self.onmessage = ({ data }) => {
  chat(data, (text) => self.postMessage({ text })).then(
    () => self.postMessage({ end: 'done' }),
    (error) => self.postMessage({ end: String(error) }),
  );
};
