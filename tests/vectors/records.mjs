/**
 * Records of the folder `records`, made anew by a guard: what it sends after an answer, the words of a user and a
 * complaint, without evidence and with. Counts of what was dropped are not among them: when, is the outbox's.
 */

const ENDPOINT = 'https://collector.example/v1/reports';
const TEXT = '请看提醒词语。';

const answer = (guard) => guard.message({ id: 'answer-1' }).push(TEXT);
const complain = (complaint) => (guard) => guard.reports.submit(complaint);
/** Of a child, under a preset that never closes. */
const child = { usage: { presets: ['uk_osa'], age: 13 }, reports: { consent: 'j1772424000' } };

/** By file, for one record after the other: what is done, the rule's fields and the guard's options. */
const steps = (key) => ({
  '0.1.0-metadata': [
    { act: answer },
    { act: (guard) => guard.check(TEXT), rule: { escalate: 'self_harm' } },
    { act: complain({ category: 'minor_safety', text: '不适合 <孩子> 😀', message: 'm7' }) },
    { act: complain({ category: 'other', text: '' }), options: { locale: 'zh-CN' } },
  ],
  '0.1.0-evidence': [
    { act: answer, rule: { severity: 3 }, options: child, reports: { evidence: 'hmac', evidenceKey: async () => ({ id: 'k1', key }) } },
    { act: answer, rule: { severity: 3 }, options: child, reports: { evidence: 'excerpt' } },
  ],
});

/**
 * What is wrong, as sentences. `read(name)` gives the fixtures of a file, `key` 32 bytes for digests; the guards
 * are on `surface`, and `sent()` gives the records that came to the collector since it was last asked.
 */
export async function records({ compilePolicy, createGuard }, read, { key, surface, sent }) {
  const wrong = [];
  for (const [file, all] of Object.entries(steps(key))) {
    for (const [at, { act, rule, options = {}, reports }] of all.entries()) {
      const policy = { policy: 'test', revision: 3, rules: [{ id: 'flag', risk: 'x_self_harm', action: 'flag', terms: ['提醒词语'], ...rule }] };
      const guard = await createGuard({
        packs: [compilePolicy(policy)], locale: 'en', ...options, reports: { endpoint: ENDPOINT, ...options.reports, ...reports },
      });
      await act(guard);
      await guard.reports.flush();
      await guard.dispose();
      const made = JSON.stringify(sent().map(comparable));
      const expected = JSON.stringify([comparable(onSurface(read(file)[at], surface))]);
      if (made !== expected) wrong.push(`record ${at} of ${file}: ${made}, not ${expected}`);
    }
  }
  return wrong;
}

/** The fixtures are of web pages. */
function onSurface({ data, ...event }, surface) {
  return { ...event, source: `/tidegate/${surface}`, data: { ...data, ...('surface' in data && { surface }) } };
}

/** A record without what differs each time: ids, times, digests, and how far a clock is off that nobody set. */
function comparable({ id, time, data, ...event }) {
  const { message, digest, clock_skew_ms: _, evidence, ...rest } = data;
  return sorted({
    ...event, times: [typeof id, typeof time],
    data: {
      ...rest,
      ...('digest' in data && { digest: typeof digest }),
      ...('message' in data && { message: data.direction === 'input' ? typeof message : message }),
      ...(evidence && { evidence: { ...evidence, ...('digest' in evidence && { digest: evidence.digest.length }) } }),
    },
  });
}

function sorted(value) {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}
