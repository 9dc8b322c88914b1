/**
 * The logic layer of a mini-program in a realm of its own: what a base library
 * promises, and nothing else. Stricter than a device wherever they differ, but
 * the engine is today's: its syntax and its WebAssembly are checked apart.
 */
import { randomFillSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import vm from 'node:vm';
import makeWabt from 'wabt';

const wabt = await makeWabt();
const LEVELS = JSON.parse(readFileSync(new URL('levels.json', import.meta.url), 'utf8'));
export const LEVEL_NAMES = Object.keys(LEVELS);

/** Every file is wrapped in a function with these; what is not given is `undefined`. */
const WRAPPER = [
  'require', 'module', 'exports', 'window', 'document', 'frames', 'self', 'location', 'navigator', 'localStorage', 'history',
  'Caches', 'screen', 'alert', 'confirm', 'prompt', 'XMLHttpRequest', 'WebSocket', 'Reporter', 'webkit', 'WeixinJSCore',
];
/** What a realm of V8 has, and no level promises. */
const UNPROMISED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'console', 'escape', 'unescape'];
/** What of the glue calls the exports of the core that a test can make trap; their own names are short and change. */
const TRAPPING = {
  filtermessage_push: ({ FilterMessage }) => FilterMessage.prototype.push,
  usagemeter_tick: ({ UsageMeter }) => UsageMeter.prototype.tick,
  usageclock_now: ({ UsageClock }) => UsageClock.prototype.now,
  outbox_step: ({ Outbox }) => Outbox.prototype.step,
};
/** The export that such a method calls, in its text. */
const CALLED = /\.(\w+)\((?:\w+,)?this\.__wbg_ptr/;
/** Everything after the first version of WebAssembly. */
const LATER = [
  'exceptions', 'mutable_globals', 'sat_float_to_int', 'sign_extension', 'simd', 'threads', 'multi_value', 'tail_call', 'bulk_memory',
  'reference_types', 'annotations', 'gc',
];

/** Throws unless engines of 2018 take the module. */
export function assertMvp(bytes) {
  const module = wabt.readWasm(bytes, Object.fromEntries(LATER.map((name) => [name, false])));
  try {
    module.validate();
  } finally {
    module.destroy();
  }
}

const checked = new Map();
/** Read, unpacked, checked and compiled once for each file. */
function compiled(file) {
  if (!checked.has(file)) {
    const bytes = file.endsWith('.br') ? brotliDecompressSync(readFileSync(file)) : readFileSync(file);
    assertMvp(bytes);
    checked.set(file, new WebAssembly.Module(bytes));
  }
  return checked.get(file);
}

/**
 * `root` is the code package. `shape`: what `instantiate` gives, `wrapped` `{instance}` or `bare`;
 * `hasGlobalThis`: some platforms shadow it; `isWorker`: a Worker's realm, which has none of the platform's functions;
 * `showsGlue`: the scripts are changed so that their glue can be reached, where no WebAssembly asks for it.
 */
export class Sandbox {
  #root;
  #modules = new Map();
  #context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  #parameters;
  /** Answers `wx.request`; a test sets it. */
  answer = ({ fail }) => fail({ errMsg: 'request:fail' });
  storage = new Map();
  /** The name in `TRAPPING` of what traps when it is called next; with `trapsAlways`, then too. */
  trapsIn;
  trapsAlways = false;
  listeners = { show: [], hide: [], memory: [], network: [] };
  /** The instances that were made: their exports, and the glue they call. Of the build without WebAssembly only the glue, if `showsGlue`. */
  instances = [];
  #showsGlue;

  constructor({ root, level = LEVEL_NAMES.at(-1), shape = 'wrapped', hasGlobalThis = true, hasWasm = true, platform = 'wechat', isWorker = false, showsGlue = false }) {
    this.#root = resolve(root);
    this.#showsGlue = showsGlue;
    this.#parameters = hasGlobalThis ? WRAPPER : [...WRAPPER, 'globalThis', 'global'];
    this.run(`(${prune})`)([...LEVELS[level], ...UNPROMISED]);
    this.run(`(${refuseLaterPatterns})`)();
    for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']) this.define(name, (...args) => globalThis[name](...args));
    this.define('console', { log() {}, info() {}, warn() {}, error() {}, debug() {} });
    const { object, wasm } = { wechat: { object: 'wx', wasm: 'WXWebAssembly' }, douyin: { object: 'tt', wasm: 'TTWebAssembly' }, alipay: { object: 'my', wasm: 'MYWebAssembly' } }[platform];
    this.api = platform === 'alipay' ? this.#alipay() : this.#wechat();
    if (!isWorker) this.define(object, this.api);
    if (hasWasm) this.define(wasm, { instantiate: (path, imports) => this.#instantiate(path, imports, shape) });
  }

  /** A new global. */
  define(name, value) {
    this.run('(function (name, value) { Object.defineProperty(this, name, { value: value, writable: true, configurable: true }); })').call(this.run('this'), name, value);
  }

  /** Runs a script in the realm. */
  run(script) {
    return vm.runInContext(script, this.#context);
  }

  /** Values that are classes of the realm. */
  bytes(bytes) {
    return this.run('(function (from) { return new Uint8Array(from); })')([...bytes]);
  }

  /** Loads a file as the platform does. */
  require(path) {
    return this.#require(this.#root, path);
  }

  signal(kind, detail) {
    for (const listen of [...this.listeners[kind]]) listen(detail);
  }

  #require(from, path) {
    const file = this.#candidates(from, path).flatMap((base) => [base, `${base}.js`, join(base, 'index.js')])
      .find((name) => name.endsWith('.js') && existsSync(name));
    if (!file) throw new Error(`module '${path}' is not defined`);
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const module = this.run('({ exports: {} })');
    this.#modules.set(file, module);
    if (this.#showsGlue) Object.defineProperty(module, 'glue', { set: (glue) => void this.instances.push({ exports: {}, glue }) });
    const text = readFileSync(file, 'utf8');
    const wrapped = `(function (${this.#parameters.join()}) {${this.#showsGlue ? withGlueShown(text) : text}\n})`;
    vm.runInContext(wrapped, this.#context, { filename: file })((id) => this.#require(dirname(file), id), module, module.exports);
    return module.exports;
  }

  /** Where a module may be: packages in the nearest `miniprogram_npm`, and what the compiler brings in the root. */
  #candidates(from, path) {
    if (path.startsWith('/')) return [join(this.#root, path)];
    if (path.startsWith('.')) return [resolve(from, path)];
    const found = path.startsWith('@babel/runtime/') ? [join(this.#root, path)] : [];
    for (let folder = from; folder.startsWith(this.#root); folder = dirname(folder)) found.push(join(folder, 'miniprogram_npm', path));
    return found;
  }

  #fileOf(path) {
    if (typeof path !== 'string') throw new TypeError('instantiate takes a path, a string');
    if (!/\.wasm(\.br)?$/.test(path) || /^\w+:/.test(path)) throw new Error(`not a module in the code package: ${path}`);
    const file = join(this.#root, path);
    if (!file.startsWith(this.#root)) throw new Error(`outside the code package: ${path}`);
    return file;
  }

  async #instantiate(path, imports, shape) {
    const instance = new WebAssembly.Instance(compiled(this.#fileOf(path)), imports);
    // iOS exports no globals.
    const exports = Object.fromEntries(Object.entries(instance.exports).filter(([, value]) => !(value instanceof WebAssembly.Global)));
    const glue = imports['./tidegate_bg.js'];
    for (const [name, methodOf] of Object.entries(TRAPPING)) {
      const [, called] = CALLED.exec(String(methodOf(glue)));
      const run = exports[called];
      exports[called] = (...args) => {
        if (this.trapsIn !== name) return run(...args);
        if (!this.trapsAlways) this.trapsIn = undefined;
        throw new WebAssembly.RuntimeError('unreachable');
      };
    }
    this.instances.push({ exports, glue });
    return shape === 'bare' ? { exports } : { instance: { exports } };
  }

  #common() {
    const on = (kind) => (listen) => void this.listeners[kind].push(listen);
    const off = (kind) => (listen) => void (this.listeners[kind] = this.listeners[kind].filter((one) => one !== listen));
    const later = (run) => void setTimeout(run, 1);
    return {
      later,
      api: {
        request: (options) => this.answer(options),
        setStorage: ({ key, data, success, fail }) => later(() => {
          // Text only, and at most 1 MB.
          if (typeof data !== 'string' || data.length > 1024 * 1024) return fail({ errMsg: 'setStorage:fail' });
          this.storage.set(key, data);
          return success({ errMsg: 'setStorage:ok' });
        }),
        removeStorage: ({ key, success }) => later(() => {
          this.storage.delete(key);
          success({ errMsg: 'removeStorage:ok' });
        }),
        getStorageInfo: ({ success }) => later(() => success({ keys: [...this.storage.keys()] })),
        onAppShow: on('show'), offAppShow: off('show'), onAppHide: on('hide'), offAppHide: off('hide'),
        onMemoryWarning: on('memory'), offMemoryWarning: off('memory'),
        onNetworkStatusChange: on('network'), offNetworkStatusChange: off('network'),
      },
    };
  }

  #wechat() {
    const { api, later } = this.#common();
    return {
      ...api,
      getStorage: ({ key, success, fail }) => later(() => (this.storage.has(key) ? success({ data: this.storage.get(key) }) : fail({ errMsg: 'getStorage:fail data not found' }))),
      getRandomValues: ({ length, success, fail }) => later(() => {
        if (!(length > 0 && length <= 1_048_576)) return fail({ errMsg: 'getRandomValues:fail' });
        return success({ randomValues: randomFillSync(new Uint8Array(length)).buffer });
      }),
    };
  }

  #alipay() {
    const { api, later } = this.#common();
    return { ...api, getStorage: ({ key, success }) => later(() => success({ data: this.storage.get(key) ?? null })) };
  }
}

/** In the realm: patterns made of texts are those of ES2017, as literals are, which are checked apart. */
function refuseLaterPatterns() {
  const later = /\\p\{|\(\?<|\(\?[a-z-]+:/i;
  globalThis.RegExp = new Proxy(RegExp, {
    construct(native, [source, flags = ''], target) {
      if (later.test(source) || /[^gimuy]/.test(flags)) throw new SyntaxError(`Invalid regular expression: /${source}/${flags}`);
      return Reflect.construct(native, [source, flags], target);
    },
  });
}

/** Runs in the realm: takes names and members away. */
function prune(names) {
  names.forEach((name) => {
    const [owner, member] = name.split('.');
    const object = this[owner];
    if (member === undefined) delete this[owner];
    else if (object) {
      delete object[member];
      if (object.prototype) delete object.prototype[member];
    }
  });
}

/** The script with its glue assigned to `module.glue` as it is made. */
export function withGlueShown(text) {
  const shown = text.replace(/return ?\{Filter:/, 'return module.glue={Filter:');
  if (shown === text) throw new Error('the script makes no glue, or otherwise than before');
  return shown;
}
