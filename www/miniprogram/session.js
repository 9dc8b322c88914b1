/** Makes the guard: loads the policy, and has the backend say who the user is. */
const tidegate = require('tidegate');
const { get, post } = require('./backend.js');
const { collector, age, presets } = require('./config.js');

const SUBJECT = 'sample:subject';

/** Rejects with a coded error when it could not guard; then nothing may be asked. */
async function createGuard() {
  await tidegate.init();
  // A product has the key in its code: what comes from where the pack comes from proves nothing.
  const [pack, key, keys, subject] = await Promise.all([get('/starter.pack', 'arraybuffer'), get('/starter.pub', 'text'), get('/v1/keys', 'text'), ownSubject()]);
  let assertion;
  const renew = async () => {
    assertion = (await post('/v1/assertions', { subject, age })).assertion;
    return assertion;
  };
  await renew();
  return tidegate.createGuard({
    packs: [new Uint8Array(pack)],
    publicKeys: [key.trim()].concat(JSON.parse(keys).keys.map(({ x }) => x)),
    usage: { presets, subject, assertion, renew, server: collector },
    reports: { endpoint: `${collector}/v1/reports`, token: async () => assertion },
  });
}

/** A pseudonym of this device's own; a product derives one from its account. */
async function ownSubject() {
  const kept = wx.getStorageSync(SUBJECT);
  if (kept) return kept;
  const subject = `sample-${Array.from(tidegate.miniHost().random(12), (byte) => (byte + 256).toString(16).slice(1)).join('')}`;
  wx.setStorageSync(SUBJECT, subject);
  return subject;
}

module.exports = { createGuard };
