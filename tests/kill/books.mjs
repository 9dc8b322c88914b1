/** What the kill rounds know of every record, and what must hold of it. */
import assert from 'node:assert/strict';

export function assertStored(owed, stored) {
  assert.deepEqual(owed.filter((id) => !stored.has(id)), [], 'acknowledged and not stored');
}

export class Books {
  /** Names by id of what a page was about to make. */
  #tried = new Map();
  /** Ids of what the browser's store had taken, as a page said or a later one found. */
  #made = new Set();
  /** What is in the browser's store, by id: a record, or a count with what it stands for. */
  #kept = new Map();
  /** Ids of what was about to be deleted there. */
  #deleted = new Set();
  #isBegun = false;
  /** How often the browser began its store anew, and what went with the old ones. */
  #anew = 0;
  #gone = new Set();
  /** Ids that the collector said it has. */
  #owed = new Set();
  /** How often each page said that nothing waits. */
  #drained = new Map();

  told({ trying, taken, deleting, drained, failed }) {
    assert.equal(failed, undefined);
    if (trying) this.#tried.set(trying.id, trying.name);
    if (taken) this.#take(taken);
    if (deleting) {
      this.#deleted.add(deleting);
      this.#kept.delete(deleting);
      // Another page took it, and was not heard yet.
      if (this.#tried.has(deleting)) this.#made.add(deleting);
    }
    if (drained) this.#drained.set(drained, (this.#drained.get(drained) ?? 0) + 1);
  }

  /**
   * What the pages of a new life of the browser found before any of them sent or deleted something:
   * all that the store had taken and no page was about to delete. Only a store that the browser began
   * anew may have less.
   */
  looked(looks) {
    const found = new Map(looks.flatMap(({ records }) => records).map((one) => [one.id, one]));
    const missing = [...this.#kept.values()].filter(({ id }) => !found.has(id));
    if (this.#isBegun && looks.some(({ isBegun }) => !isBegun)) {
      this.#anew += 1;
      for (const { id, ids = [], covers = [] } of missing) for (const one of [id, ...ids, ...covers]) this.#gone.add(one);
    } else assert.deepEqual(missing, [], 'it has vanished from the store');
    this.#isBegun = true;
    this.#kept.clear();
    for (const one of found.values()) this.#take(one);
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
    return `${this.#tried.size} tried, ${this.#made.size} made, ${this.#owed.size} acknowledged, ${this.#anew} stores begun anew`;
  }

  /**
   * Once nothing waits any more: each record that was made is stored, or is named as lost, and none
   * is both; nothing is stored twice, nothing comes from nowhere. What was tried and is neither died
   * with its page before a store had it, or went with a store that the browser began anew. Unless
   * `areNamed`, counts may tell of records without naming them: of no fewer than are missing.
   */
  settle(records, areNamed) {
    assertStored(this.owed(), new Set(records.map(({ id }) => id)));
    const counts = records.filter(({ type }) => type.includes('drops'));
    const complaints = records.filter(({ type }) => type.includes('complaint'));
    const stored = new Set(complaints.map(({ id }) => id));
    assert.equal(stored.size, complaints.length, 'something is stored twice');
    for (const { id, data } of complaints) assert.equal(this.#tried.get(id), data.message, `${id} comes from nowhere`);

    const named = new Set(counts.flatMap(({ data }) => data.ids ?? []));
    for (const id of named) assert.ok(this.#tried.has(id), `${id} is counted and comes from nowhere`);
    const lost = new Set([...named].filter((id) => !stored.has(id)));
    const missing = [...this.#tried.keys()].filter((id) => !stored.has(id) && !lost.has(id));
    const gone = missing.filter((id) => this.#gone.has(id));
    const neither = missing.filter((id) => this.#made.has(id) && !this.#gone.has(id));
    const sum = (of) => counts.reduce((all, count) => all + of(count), 0);
    const result = {
      tried: this.#tried.size, made: this.#made.size, acknowledged: this.#owed.size, stored: stored.size, lost: lost.size,
      nameless: neither.length, gone: gone.length, died: missing.length - gone.length - neither.length, anew: this.#anew,
      told: sum(({ lost }) => lost), counts: counts.length, counted: sum(({ data }) => data.dropped),
      unnamed: sum(({ data }) => data.dropped - (data.ids?.length ?? 0)),
    };
    const all = JSON.stringify(result);
    if (areNamed) {
      assert.equal(result.unnamed, 0, `a count does not name what was lost: ${all}`);
      assert.deepEqual(neither, [], `made, and neither stored nor named as lost: ${all}`);
    }
    assert.ok(neither.length <= result.unnamed, `${neither} are made, and neither stored nor counted as lost: ${all}`);
    assert.equal(result.told, lost.size + result.unnamed, `the collector takes another number for lost: ${all}`);
    return result;
  }

  #take(one) {
    const { id, name } = one;
    if (!this.#deleted.has(id)) this.#kept.set(id, one);
    if (name === undefined) return;
    assert.equal(this.#tried.get(id), name, `${id} comes from nowhere`);
    this.#made.add(id);
  }
}
