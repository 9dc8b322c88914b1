/** Short names for what a module imports: the generated ones end in hashes, which nothing compresses. */
import { IMPORT, numberBytes, readNumber, sectionsOf, textOf, withLength } from './sections.mjs';

/** The kind of an import that is a function. */
const FUNCTION = 0;

/** The module with its imports renamed, and the new names by the old ones. */
export function withShortImports(bytes) {
  const section = [...sectionsOf(bytes)].find(({ id }) => id === IMPORT);
  const names = new Map();
  let [count, at] = readNumber(bytes, section.content);
  const parts = [numberBytes(count)];
  for (; count > 0; count -= 1) {
    const [module, nameAt] = textOf(bytes, at);
    const [name, kindAt] = textOf(bytes, nameAt);
    if (bytes[kindAt] !== FUNCTION) throw new Error(`the import ${name} is no function`);
    if (!names.has(name)) names.set(name, names.size.toString(36));
    const [, end] = readNumber(bytes, kindAt + 1);
    parts.push(withLength(Buffer.from(module)), withLength(Buffer.from(names.get(name))), bytes.subarray(kindAt, end));
    at = end;
  }
  const content = withLength(Buffer.concat(parts));
  return { bytes: Buffer.concat([bytes.subarray(0, section.at), Buffer.of(IMPORT), content, bytes.subarray(section.end)]), names };
}
