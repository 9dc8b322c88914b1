// Reads what the collector stored, as the provider's staff would.

/** Records on one page; the most that the collector gives. */
const PAGE = 500;

/** All records in the order of arrival. */
export async function storedRecords(collector, adminToken) {
  const records = [];
  let after;
  do {
    const url = new URL('/v1/reports', collector);
    url.searchParams.set('limit', String(PAGE));
    if (after !== undefined) url.searchParams.set('after', String(after));
    const response = await fetch(url, { headers: { authorization: `Bearer ${adminToken}` } });
    if (!response.ok) throw new Error(`the collector answered ${response.status} to GET /v1/reports`);
    const page = await response.json();
    records.push(...page.records);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return records;
}
