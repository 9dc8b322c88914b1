/** Where the collector is, which in this sample is the product's backend too: `cargo xtask demo` starts one. */
module.exports = {
  collector: 'http://127.0.0.1:8787',
  model: 'demo',
  /** Whom the backend is told that the user is; a product's backend knows. */
  age: 15,
  presets: ['cn/chat'],
};
