/**
 * The never-displayed probe: runs inside the page from before its first script
 * and records every time one of `terms` is in the document, in any form that
 * a person or a screen reader could read.
 *
 * Two observers, because each sees what the other cannot: the
 * MutationObserver sees text that is put in and taken out within one task,
 * the per-frame look sees what is laid out. Serialised into the page, so it
 * must not use anything from this module.
 */
export function probe(terms) {
  const MOST_HITS = 40;
  const fold = (text) => text.normalize('NFKC').toLowerCase();
  const squash = (text) => fold(text).replace(/[^\p{L}\p{N}]/gu, '');
  const needles = terms.map((term) => ({ term, plain: fold(term), bare: squash(term) }));
  const seen = { hits: [], frames: 0, mutations: 0, violations: [] };
  Object.defineProperty(window, '__probe', { value: seen });

  const look = (text, where) => {
    if (!text) return;
    const plain = fold(text);
    const bare = squash(text);
    for (const needle of needles) {
      const hit = plain.includes(needle.plain) || (needle.bare !== '' && bare.includes(needle.bare));
      if (hit && seen.hits.length < MOST_HITS) seen.hits.push({ term: needle.term, where });
    }
  };
  const lookAtAttributes = (root, where) => {
    const elements = root instanceof Element ? [root, ...root.querySelectorAll('*')] : root.querySelectorAll?.('*') ?? [];
    for (const element of elements) {
      for (const { name, value } of element.attributes) look(value, `${where} @${name}`);
      if (typeof element.value === 'string') look(element.value, `${where} value`);
    }
  };
  const lookAtAnswers = (where) => {
    for (const article of document.querySelectorAll('article')) look(article.textContent, `${where} answer`);
  };

  new MutationObserver((records) => {
    seen.mutations += records.length;
    for (const { type, target, addedNodes, removedNodes, oldValue, attributeName } of records) {
      if (type === 'characterData') look(target.data, 'characterData');
      if (type === 'attributes') look(target.getAttribute(attributeName), `attribute ${attributeName}`);
      look(oldValue, `${type} before`);
      for (const node of [...addedNodes, ...removedNodes]) {
        look(node.textContent, 'childList');
        lookAtAttributes(node, 'childList');
      }
    }
    lookAtAnswers('mutation');
  }).observe(document, {
    subtree: true, childList: true, characterData: true, characterDataOldValue: true, attributes: true, attributeOldValue: true,
  });

  const frame = () => {
    seen.frames += 1;
    look(document.title, 'frame title');
    look(document.body?.innerText, 'frame text');
    lookAtAttributes(document, 'frame');
    lookAtAnswers('frame');
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener('securitypolicyviolation', (event) => {
    seen.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`);
  });
}
