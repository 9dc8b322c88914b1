/** The generated glue as a function, so that every instance has glue with state of its own. */
import { readFile } from 'node:fs/promises';
import { replaced } from './replaced.mjs';

/**
 * Views of the memory are renewed when its buffer is another one. The generator
 * takes it that an old buffer is emptied by growth; not every host does that.
 */
const STALE = [
  [/(cached\w+Memory0)\.byteLength === 0/g, '$1.buffer !== wasm.memory.buffer'],
  [
    /(cachedDataViewMemory0)\.buffer\.detached === true \|\| \(\1\.buffer\.detached === undefined && \1\.buffer !== wasm\.memory\.buffer\)/g,
    '$1.buffer !== wasm.memory.buffer',
  ],
];

/** What mini-programs do without: nobody but the runtime sees these classes, and their codec has `encodeInto`. */
const SPARED = [
  /^if \(Symbol\.dispose\) .*$/gm,
  /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}$/gms,
];

/**
 * The source of a module that exports `createGlue`. `imports` and `exports`: the names under which the module
 * asks for what it imports and offers what it exports, by those of the generator.
 */
export async function glueFactory(file, { imports = new Map(), exports = new Map() } = {}) {
  let source = await readFile(file, 'utf8');
  for (const [stale, fresh] of STALE) source = replaced('the glue', source, stale, fresh);
  if (exports.size > 0) {
    for (const spared of SPARED) source = replaced('the glue', source, spared, '');
    source = source.replace(/\bwasm\.(\w+)/g, (whole, name) => (exports.has(name) ? `wasm.${exports.get(name)}` : whole));
  }
  const offered = [];
  source = source.replace(/^export (class|function) (\w+)/gm, (_, kind, name) => {
    offered.push(imports.has(name) ? `'${imports.get(name)}': ${name}` : name);
    return `${kind} ${name}`;
  });
  if (/^export\b/m.test(source)) throw new Error('the glue exports more than classes and functions; does its generator write it otherwise?');
  return `export function createGlue() {\n${source}\nreturn { ${offered.join(', ')} };\n}\n`;
}
