/**
 * Copies and fills memory by words, for engines that have no instructions for it. What binaryen puts
 * in their place goes byte by byte, and an engine that interprets takes its time for each: a tenth of
 * all until a pack of 10,000 terms is loaded.
 */
import binaryen from 'binaryen';

const { i32 } = binaryen;
const WORD = 4;
/** Words of one turn of a loop, and their bytes. */
const UNROLLED = 4;
const TURN = WORD * UNROLLED;
const PAGE_BITS = 16;

/** The module without the instructions `memory.copy` and `memory.fill`. */
export function withoutBulkMemory(bytes) {
  const module = binaryen.readBinary(bytes);
  const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt);
  module.runPasses(['llvm-memory-copy-fill-lowering']);
  replace(module, '__memory_copy', copying(module));
  replace(module, '__memory_fill', filling(module));
  if (!module.validate()) throw new Error('the functions for memory are not valid');
  binaryen.setDebugInfo(true);
  const changed = module.emitBinary();
  module.dispose();
  return changed;
}

function replace(module, name, { body, locals }) {
  if (!module.getFunction(name)) throw new Error(`the lowered module has no function ${name}; does binaryen name it otherwise?`);
  module.removeFunction(name);
  module.addFunction(name, binaryen.createType([i32, i32, i32]), binaryen.none, locals, body);
}

/** `memory.copy` of `(to, from, length)`: as its bytes lie, also where both overlap. */
function copying(module) {
  const m = instructions(module);
  const [to, from, length] = [0, 1, 2];
  const end = 3;
  const move = (load, store) => (offset) => store(offset, m.get(to), load(offset, m.get(from)));
  const [byte, word, loose] = [move(m.load8, m.store8), move(m.load, m.store), move(m.looseLoad, m.looseStore)];
  const on = (bytes) => [m.add(to, bytes), m.add(from, bytes)];
  const forward = m.block([
    m.set(end, m.sum(to, length)),
    m.when(m.isOfWords(m.xor(to, from)), m.block([
      m.repeat(m.both(m.isBelow(m.get(to), m.get(end)), m.isUnaligned(to)), [byte(0), ...on(1)]),
      m.repeat(m.hasTurn(end, to), [...turn(word), ...on(TURN)]),
    ])),
    // WebAssembly reads words anywhere; only its translation takes them apart.
    m.repeat(m.hasTurn(end, to), [...turn(loose), ...on(TURN)]),
    m.repeat(m.isBelow(m.get(to), m.get(end)), [byte(0), ...on(1)]),
  ]);
  // From the end, with both places moved back as it goes.
  const backward = m.block([
    m.set(end, m.get(to)),
    m.set(to, m.sum(to, length)),
    m.set(from, m.sum(from, length)),
    m.when(m.isOfWords(m.xor(to, from)), m.block([
      m.repeat(m.both(m.isBelow(m.get(end), m.get(to)), m.isUnaligned(to)), [...on(-1), byte(0)]),
      m.repeat(m.hasTurn(to, end), [...on(-TURN), ...turn(word).reverse()]),
    ])),
    m.repeat(m.isBelow(m.get(end), m.get(to)), [...on(-1), byte(0)]),
  ]);
  const overlaps = m.isBelow(m.difference(to, from), m.get(length));
  return { locals: [i32], body: m.block([m.check(to, length), m.check(from, length), module.if(overlaps, backward, forward)]) };
}

/** `memory.fill` of `(to, value, length)`. */
function filling(module) {
  const m = instructions(module);
  const [to, value, length] = [0, 1, 2];
  const end = 3;
  const [byte, word] = [m.store8, m.store].map((store) => (offset) => store(offset, m.get(to), m.get(value)));
  const body = m.block([
    m.check(to, length),
    m.set(end, m.sum(to, length)),
    // The same byte four times.
    m.set(value, module.i32.mul(module.i32.and(m.get(value), module.i32.const(0xff)), module.i32.const(0x01010101))),
    m.repeat(m.both(m.isBelow(m.get(to), m.get(end)), m.isUnaligned(to)), [byte(0), m.add(to, 1)]),
    m.repeat(m.hasTurn(end, to), [...turn(word), m.add(to, TURN)]),
    m.repeat(m.isBelow(m.get(to), m.get(end)), [byte(0), m.add(to, 1)]),
  ]);
  return { locals: [i32], body };
}

const turn = (word) => Array.from({ length: UNROLLED }, (_, at) => word(at * WORD));

/** What both are written with; places are locals. */
function instructions(module) {
  const number = (value) => module.i32.const(value);
  const get = (local) => module.local.get(local, i32);
  const set = (local, value) => module.local.set(local, value);
  const sum = (one, other) => module.i32.add(get(one), get(other));
  const difference = (one, other) => module.i32.sub(get(one), get(other));
  const isBelow = (one, other) => module.i32.lt_u(one, other);
  const block = (parts) => module.block(null, parts);
  const when = (condition, then) => module.if(condition, then);
  const isUnaligned = (local) => module.i32.and(get(local), number(WORD - 1));
  let loops = 0;
  return {
    get, set, sum, difference, isBelow, block, when, isUnaligned,
    load8: (offset, at) => module.i32.load8_u(offset, 1, at),
    store8: (offset, at, value) => module.i32.store8(offset, 1, at, value),
    load: (offset, at) => module.i32.load(offset, WORD, at),
    store: (offset, at, value) => module.i32.store(offset, WORD, at, value),
    looseLoad: (offset, at) => module.i32.load(offset, 1, at),
    looseStore: (offset, at, value) => module.i32.store(offset, 1, at, value),
    add: (local, bytes) => set(local, module.i32.add(get(local), number(bytes))),
    xor: (one, other) => module.i32.xor(get(one), get(other)),
    isOfWords: (value) => module.i32.eqz(module.i32.and(value, number(WORD - 1))),
    both: (one, other) => module.select(one, other, number(0)),
    /** Whether a turn fits between two places. */
    hasTurn: (high, low) => module.i32.ge_u(difference(high, low), number(TURN)),
    repeat: (condition, parts) => {
      loops += 1;
      return module.loop(`loop${loops}`, when(condition, block([...parts, module.br(`loop${loops}`)])));
    },
    /** As the instruction: outside of the memory it traps before anything is written. */
    check: (at, length) => {
      const size = module.i32.shl(module.memory.size(), number(PAGE_BITS));
      const isOutside = module.i32.or(isBelow(size, sum(at, length)), isBelow(sum(at, length), get(at)));
      return when(isOutside, module.unreachable());
    },
  };
}
