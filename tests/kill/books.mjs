/** What the kill rounds know of every record, and what must hold of it. */
import assert from 'node:assert/strict';

export function assertStored(owed, records) {
  const stored = new Set(records.map(({ id }) => id));
  assert.deepEqual(owed.filter((id) => !stored.has(id)), [], 'acknowledged and not stored');
}

export class Books {
  /** What a page was about to make, by name. */
  #tried = new Set();
  /** Id by name: what the store had taken, as its page said or a later one found. */
  #made = new Map();
  /** By id, requests whose answer never came. */
  #sent = new Map();
  /** Ids that a page found in its store although the collector had said that it has them. */
  #forgotten = new Set();
  /** Ids that the collector said it has. */
  #owed = new Set();
  /** How often each page said that nothing waits. */
  #drained = new Map();

  told({ trying, made, found = [], drained, failed }) {
    assert.equal(failed, undefined);
    if (trying) this.#tried.add(trying);
    for (const { id, name } of made ? [made] : found) {
      assert.ok((this.#made.get(name) ?? id) === id, `${name} has two ids`);
      this.#made.set(name, id);
    }
    for (const { id } of found) if (this.#owed.has(id)) this.#forgotten.add(id);
    if (drained) this.#drained.set(drained, (this.#drained.get(drained) ?? 0) + 1);
  }

  sent(ids) {
    for (const id of ids) this.#sent.set(id, (this.#sent.get(id) ?? 0) + 1);
  }

  acknowledged({ accepted, duplicates }) {
    for (const id of [...accepted, ...duplicates]) {
      this.#owed.add(id);
      this.#sent.set(id, this.#sent.get(id) - 1);
    }
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
   * Made is stored or counted; nothing is stored twice, nothing comes from nowhere. A record whose
   * page never learned that it arrived can be counted as lost and be stored: no client can know.
   */
  settle(records) {
    assertStored(this.owed(), records);
    const complaints = records.filter(({ type }) => type.includes('complaint'));
    const drops = records.filter(({ type }) => type.includes('drops'));
    const stored = new Map(complaints.map(({ id, data }) => [data.message, id]));
    assert.equal(stored.size, complaints.length, 'something is stored twice');
    for (const [name, id] of stored) {
      assert.ok(this.#tried.has(name), `${name} comes from nowhere`);
      assert.equal(this.#made.get(name) ?? id, id, `${name} has two ids`);
    }
    const counted = drops.reduce((sum, { data }) => sum + data.dropped, 0);
    const missing = [...this.#made.keys()].filter((name) => !stored.has(name)).length;
    const doubtful = [...stored.values()].filter((id) => this.#sent.get(id) > 0 || this.#forgotten.has(id)).length;
    const result = { tried: this.#tried.size, made: this.#made.size, acknowledged: this.#owed.size, stored: stored.size, missing, counted, doubtful };
    const told = JSON.stringify(result);
    assert.ok(missing <= counted, `something is lost and not counted: ${told}`);
    assert.ok(counted - missing <= doubtful, `something is counted as lost that its page knew to be stored: ${told}`);
    return result;
  }
}
