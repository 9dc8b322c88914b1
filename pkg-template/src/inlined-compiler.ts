/** The compiler and its tables inside the JavaScript. */
export { default as tables } from '../wasm/tidegate_tables.bin';
export { default as wasm } from '../wasm/tidegate_compiler_bg.wasm';
