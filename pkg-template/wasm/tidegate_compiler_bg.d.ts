/**
 * The generated glue of the compiler, typed by hand: what wasm-bindgen writes
 * next to `tidegate_compiler_bg.wasm`. What can fail throws `{code, message}`.
 */

/** Tells the glue which instance to call. */
export function __wbg_set_wasm(exports: WebAssembly.Exports): void;

/** What `compile_policy` compiles with: `tidegate_tables.bin`. */
export function set_tables(bytes: Uint8Array): void;
/** A policy object becomes an unsigned pack; needs the tables. */
export function compile_policy(document: unknown): Uint8Array;
/** Why the end of a text is held: a list of reasons. Needs the tables. */
export function explain_hold(packs: Uint8Array[], channel: string, units: Uint16Array): unknown;
/** Signs a pack with a 32-byte seed. */
export function sign_pack(pack: Uint8Array, seed: Uint8Array): Uint8Array;
/** The public key of a 32-byte seed. */
export function public_key(seed: Uint8Array): Uint8Array;
