/** What the kill rounds know of every record, and what must hold of it. */
import assert from 'node:assert/strict';

export function assertStored(owed, stored) {
  assert.deepEqual(owed.filter((id) => !stored.has(id)), [], 'acknowledged and not stored');
}

export class Books {
  /** Names by id of what a page was about to make. */
  #tried = new Map();
  /** Ids of what the store had taken, as its page said or a later one found. */
  #made = new Set();
  /** Ids that the collector said it has. */
  #owed = new Set();
  /** How often each page said that nothing waits. */
  #drained = new Map();

  told({ trying, made, found = [], drained, failed }) {
    assert.equal(failed, undefined);
    if (trying) this.#tried.set(trying.id, trying.name);
    for (const { id, name } of made ? [made] : found) {
      assert.equal(this.#tried.get(id), name, `${id} comes from nowhere`);
      this.#made.add(id);
    }
    if (drained) this.#drained.set(drained, (this.#drained.get(drained) ?? 0) + 1);
  }

  acknowledged({ accepted, duplicates }) {
    for (const id of [...accepted, ...duplicates]) this.#owed.add(id);
  }

  /** Ids that the collector has acknowledged so far. */
  owed() {
    return [...this.#owed];
  }

  beginEnd() {
    this.#drained.clear();
  }

  /** Every page said so, more than once: one that waits for the lease knows little at first. */
  isDrained(pages) {
    return [...this.#drained.values()].filter((times) => times >= 3).length >= pages;
  }

  /** Records that a store has taken so far. */
  get made() {
    return this.#made.size;
  }

  summary() {
    return `${this.#tried.size} tried, ${this.#made.size} made, ${this.#owed.size} acknowledged`;
  }

  /**
   * Once nothing waits any more: each record that was made is stored, or is named as lost, and none
   * is both; nothing is stored twice, nothing comes from nowhere. What was tried and is neither died
   * with its page before a store had it.
   */
  settle(records) {
    assertStored(this.owed(), new Set(records.map(({ id }) => id)));
    const counts = records.filter(({ type }) => type.includes('drops'));
    const complaints = records.filter(({ type }) => type.includes('complaint'));
    const stored = new Set(complaints.map(({ id }) => id));
    assert.equal(stored.size, complaints.length, 'something is stored twice');
    for (const { id, data } of complaints) assert.equal(this.#tried.get(id), data.message, `${id} comes from nowhere`);

    const named = new Set(counts.flatMap(({ data }) => data.ids ?? []));
    for (const id of named) assert.ok(this.#tried.has(id), `${id} is counted and comes from nowhere`);
    const lost = new Set([...named].filter((id) => !stored.has(id)));
    const sum = (of) => counts.reduce((all, count) => all + of(count), 0);
    const result = {
      tried: this.#tried.size, made: this.#made.size, acknowledged: this.#owed.size, stored: stored.size, lost: lost.size,
      died: [...this.#tried.keys()].filter((id) => !stored.has(id) && !lost.has(id)).length,
      told: sum(({ lost }) => lost), counts: counts.length, counted: sum(({ data }) => data.dropped),
      unnamed: sum(({ data }) => data.dropped - (data.ids?.length ?? 0)),
    };
    const all = JSON.stringify(result);
    assert.equal(result.unnamed, 0, `a count does not name what was lost: ${all}`);
    const neither = [...this.#made].filter((id) => !stored.has(id) && !lost.has(id));
    assert.deepEqual(neither, [], `made, and neither stored nor named as lost: ${all}`);
    assert.equal(result.told, lost.size, `the collector takes another number for lost: ${all}`);
    return result;
  }
}
