/** Short names for what a module exports: nothing but the glue says them. */
import { EXPORT, numberBytes, readNumber, sectionsOf, textOf, withLength } from './sections.mjs';

/** The kinds of an export. */
const FUNCTION = 0;
const GLOBAL = 3;
/** What frees is called on an instance that trapped too: the runtime knows it by the end of its name. */
const FREES = /_free$/;

/**
 * The module with its functions renamed, and the new names by the old ones. Globals are left out: not every
 * platform of mini-programs gives them, and the glue asks for none.
 */
export function withShortExports(bytes) {
  const section = [...sectionsOf(bytes)].find(({ id }) => id === EXPORT);
  const names = new Map();
  const parts = [];
  let [count, at] = readNumber(bytes, section.content);
  for (; count > 0; count -= 1) {
    const [name, kindAt] = textOf(bytes, at);
    const [, end] = readNumber(bytes, kindAt + 1);
    at = end;
    const kind = bytes[kindAt];
    if (kind === GLOBAL) continue;
    if (kind === FUNCTION) names.set(name, `${shortName(names.size)}${FREES.test(name) ? '_free' : ''}`);
    parts.push(withLength(Buffer.from(names.get(name) ?? name)), bytes.subarray(kindAt, end));
  }
  const content = withLength(Buffer.concat([numberBytes(parts.length / 2), ...parts]));
  return { bytes: Buffer.concat([bytes.subarray(0, section.at), Buffer.of(EXPORT), content, bytes.subarray(section.end)]), names };
}

/** `a` to `z`, `aa`, `ba` …: what may stand behind a dot. */
function shortName(count) {
  const letter = String.fromCharCode(97 + (count % 26));
  return count < 26 ? letter : letter + shortName(Math.floor(count / 26) - 1);
}
