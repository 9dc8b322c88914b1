/** Requests to the collector; a product asks its own backend for the same. */
const { collector } = require('./config.js');

/** The body as `type` says: `arraybuffer` or `text`. */
function get(path, type) {
  return ask({ url: collector + path, responseType: type, dataType: 'text' });
}

function post(path, data) {
  return ask({ url: collector + path, method: 'POST', header: { 'content-type': 'application/json' }, data: JSON.stringify(data), dataType: 'text' })
    .then((text) => JSON.parse(text));
}

function ask(options) {
  return new Promise((resolve, reject) => {
    wx.request(Object.assign({
      success: ({ statusCode, data }) => (statusCode === 200 ? resolve(data) : reject(new Error(`${options.url} answered ${statusCode}`))),
      fail: ({ errMsg }) => reject(new Error(`${options.url}: ${errMsg}`)),
    }, options));
  });
}

module.exports = { get, post };
