/**
 * Turns a bare shell (JavaScriptCore's, QuickJS) into a logic layer: `wx`, `WXWebAssembly` where there is
 * WebAssembly, timers, and nothing that a mini-program lacks. Given before: `print`, and in `given` the
 * `source` of the build and, for WebAssembly, the `module`'s bytes. Old syntax: QuickJS runs it too.
 */
(function (global) {
  'use strict';
  var given = global.given;
  var print = global.print;
  var engine = global.WebAssembly;
  var logic = {};
  var storage = {};
  var timers = [];

  var shellTimer = global.setTimeout;
  var quit = global.quit || function () {};
  var cancelled = {};
  var count = 0;

  /** Where the shell has no timers, they run in order as soon as nothing else does. */
  logic.later = function (run, ms) {
    var id = count += 1;
    var fire = function () { if (!cancelled[id]) run(); };
    if (shellTimer) shellTimer(fire, ms);
    else timers.push({ run: fire, at: ms || 0 });
    return id;
  };
  global.runTimers = function () {
    if (timers.length === 0) return false;
    timers.sort(function (a, b) { return a.at - b.at; });
    timers.shift().run();
    return true;
  };
  /** Says what came out, and leaves: a shell would wait for timers of days. */
  logic.done = function (result) {
    print('RESULT ' + JSON.stringify(result));
    quit();
  };

  /** The glue of each instance that was started. */
  logic.glues = [];
  logic.answer = function (options) { options.fail({ errMsg: 'request:fail' }); };
  var seed = 88172645;
  function randomByte() {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed & 255;
  }
  function later(run) { logic.later(run, 1); }

  var wx = {
    request: function (options) { return logic.answer(options); },
    getStorage: function (o) {
      later(function () {
        if (o.key in storage) o.success({ data: storage[o.key] });
        else o.fail({ errMsg: 'getStorage:fail data not found' });
      });
    },
    setStorage: function (o) { later(function () { storage[o.key] = o.data; o.success({}); }); },
    removeStorage: function (o) { later(function () { delete storage[o.key]; o.success({}); }); },
    getStorageInfo: function (o) { later(function () { o.success({ keys: Object.keys(storage) }); }); },
    // Always the same: a test, and nothing here is a secret.
    getRandomValues: function (o) {
      var bytes = new Uint8Array(o.length);
      for (var at = 0; at < bytes.length; at += 1) bytes[at] = randomByte();
      later(function () { o.success({ randomValues: bytes.buffer }); });
    },
  };
  var WXWebAssembly = engine && given.module && {
    instantiate: function (path, imports) {
      logic.glues.push(imports['./tidegate_bg.js']);
      return engine.instantiate(given.module, imports).then(function (made) { return { instance: { exports: made.instance.exports } }; });
    },
  };

  var kept = ('Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error '
    + 'EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array '
    + 'Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray DataView Map Set WeakMap WeakSet Proxy Reflect decodeURI '
    + 'decodeURIComponent encodeURI encodeURIComponent isFinite isNaN globalThis runTimers').split(' ');
  Object.getOwnPropertyNames(global).forEach(function (name) {
    if (kept.indexOf(name) >= 0) return;
    try {
      delete global[name];
      if (name in global) global[name] = undefined;
    } catch (fixed) { /* it cannot be taken away */ }
  });
  global.wx = wx;
  if (WXWebAssembly) global.WXWebAssembly = WXWebAssembly;
  global.setTimeout = logic.later;
  global.clearTimeout = function (id) { cancelled[id] = true; };
  global.setInterval = function () { return 0; };
  global.clearInterval = function () {};
  global.console = { log: print, info: print, warn: print, error: print };

  var module = { exports: {} };
  // Where no WebAssembly asks for the glue, the script was changed to show it.
  Object.defineProperty(module, 'glue', { set: function (glue) { logic.glues.push(glue); } });
  new Function('require', 'module', 'exports', 'window', 'self', 'globalThis', 'global', given.source)(undefined, module, module.exports);
  logic.tidegate = module.exports;
  global.logic = logic;
})(typeof globalThis === 'object' ? globalThis : this);
