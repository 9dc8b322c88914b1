/** Starts the core that the package ships, with the glue that was generated for it. */
export async function start(glue, bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, { './tidegate_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue;
}
