/** Makes panics bare traps. On this target the standard library formats a message for nobody and traps. */
import binaryen from 'binaryen';
import { segmentsOf, textAt } from './sections.mjs';

/** Where the standard library ends a panic, without the hashes in the names. */
const PANICS = new RegExp([
  '^core::panicking::',
  '^core::(option|result)::(unwrap|expect)_failed$',
  '^core::cell::(panic_already|lazy::panic_poisoned)',
  '^core::(slice|str)::.*_fail(_rt)?$',
  '^core::slice::sort::.*panic_on_ord_violation$',
  '^alloc::alloc::handle_alloc_error$',
  '^alloc::raw_vec::(handle_error|capacity_overflow)$',
  '^std::panicking::panic_with_hook$',
  '^std::thread::local::panic_access_error$',
].join('|'));
/**
 * What panics write characters with. Its table of what is printable is 1 kB that nothing compresses;
 * only the compiler quotes text in its messages.
 */
const QUOTING = /^<char as core::fmt::Debug>::fmt$/;
/** The one that all others end in. */
const LAST_PANIC = 'core::panicking::panic_fmt';

/**
 * The module with every panic a bare trap, so that nothing writes a message
 * first. A caller cannot tell the difference, and 3 kB are not downloaded.
 * `quotes`: it writes messages with text in quotation marks.
 */
export function trapping(bytes, { quotes = false } = {}) {
  const module = binaryen.readBinary(bytes);
  const trapped = new Set();
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const panic = module.getFunctionByIndex(index);
    const { name, results } = binaryen.getFunctionInfo(panic);
    const plain = name.replaceAll(/\[[0-9a-f]+\]/g, '');
    const isPanic = results === binaryen.none && PANICS.test(plain);
    if (!isPanic && (quotes || !QUOTING.test(plain))) continue;
    binaryen.Function(panic).setBody(module.unreachable());
    trapped.add(plain);
  }
  if (!trapped.has(LAST_PANIC)) throw new Error(`the core has no function ${LAST_PANIC}; does the compiler name it otherwise?`);
  binaryen.setDebugInfo(true);
  const changed = module.emitBinary();
  module.dispose();
  return changed;
}

/** A source file, as the compiler writes it beside the line and the column of a possible panic. */
const SOURCE_FILE = /^[\w./-]+\.rs$/;
const LONGEST_PATH = 300;
/** A place: address and length of the file's name, line, column. */
const PLACE_BYTES = 16;

/**
 * The module without the places of panics, which are all zeros then: nobody reads them once a panic
 * is a bare trap, and the names of files tell of the machine that built it.
 */
export function withoutPlaces(bytes) {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const blank = Buffer.from(source);
  const segments = [...segmentsOf(blank)];
  /** Where in the file an address is, if a segment has it and as many bytes behind it. */
  const placeOf = (address, length) => {
    const segment = segments.find(({ address: first, from, to }) => address >= first && address + length <= first + to - from);
    return segment && segment.from + address - segment.address;
  };
  const names = new Map();
  for (const { address, from, to } of segments) {
    // Aligned in memory, not in the file.
    for (let at = from + (-address & 3); at + PLACE_BYTES <= to; at += 4) {
      const length = source.readUInt32LE(at + 4);
      if (length < 4 || length > LONGEST_PATH) continue;
      const name = placeOf(source.readUInt32LE(at), length);
      if (name === undefined || !SOURCE_FILE.test(textAt(source, name, length))) continue;
      blank.fill(0, at, at + PLACE_BYTES);
      names.set(name, length);
    }
  }
  if (names.size === 0) throw new Error('the core has no places of panics; does the compiler write them otherwise?');
  for (const [name, length] of names) blank.fill(0, name, name + length);
  return blank;
}
