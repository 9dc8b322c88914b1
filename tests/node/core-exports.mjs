/** Cores whose exports do something else, such as to trap. For those that are started afterwards. */

/** Replaces an export by what `change` makes of it; returns what ends that for cores to come. */
export function replaceExport(name, change) {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const { exports } = await instantiate(...args);
    const native = exports[name];
    return { exports: native ? { ...exports, [name]: change(native) } : exports };
  };
  return () => { WebAssembly.instantiate = instantiate; };
}

/** An export that traps the next time it is called after `next()`. `started` counts the cores. */
export function trapIn(name) {
  const trap = { started: 0, isNext: false, next() { trap.isNext = true; }, restore: undefined };
  trap.restore = replaceExport(name, (native) => {
    trap.started += 1;
    return (...given) => {
      if (!trap.isNext) return native(...given);
      trap.isNext = false;
      throw new WebAssembly.RuntimeError('unreachable');
    };
  });
  return trap;
}
