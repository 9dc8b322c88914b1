/** The compiler's tables inside the JavaScript. */
export { default } from '../wasm/tidegate_tables.bin';
