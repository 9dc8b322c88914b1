/** The generated glue as a function, so that every instance has glue with state of its own. */
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

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

/**
 * The source of a module that exports `createGlue`. `names`: those under which the module asks for
 * what it imports, by those of the generator.
 */
export async function glueFactory(file, names = new Map()) {
  let source = await readFile(file, 'utf8');
  for (const [stale, fresh] of STALE) {
    const renewed = source.replace(stale, fresh);
    if (renewed === source) throw new Error(`the glue has nothing like ${stale.source}; does its generator write it otherwise?`);
    source = renewed;
  }
  source = renamed(source, names);
  const { code } = await transform(source, { format: 'cjs', target: 'es2022', charset: 'utf8' });
  return `export function createGlue() {\nconst module = { exports: {} };\n${code}\nreturn module.exports;\n}\n`;
}

function renamed(source, names) {
  let left = source;
  for (const name of names.keys()) {
    const plain = left.replace(`export function ${name}(`, `function ${name}(`);
    if (plain === left) throw new Error(`the glue has no function ${name}; does its generator write it otherwise?`);
    left = plain;
  }
  return `${left}\nexport { ${[...names].map(([name, short]) => `${name} as '${short}'`).join(', ')} };\n`;
}
