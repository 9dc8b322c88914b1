/**
 * Runs the pages and components of a compiled mini-program in the sandbox. There are no views: tests call what
 * the views would, and read the data that they would show.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Sandbox } from './sandbox.mjs';

/** Events that a component triggers, as the page's views bind them. */
const BOUND = { 'tidegate-message': { end: 'ended', report: 'report' } };

export class MiniApp {
  #root;
  #definition;
  clipboard;
  stored = new Map();

  /** `server` answers requests that the mini-program makes to `asked`. */
  constructor({ root, asked, server, ...options }) {
    this.#root = root;
    this.sandbox = new Sandbox({ root, ...options });
    this.sandbox.define('App', () => {});
    this.sandbox.define('Component', (definition) => void (this.#definition = definition));
    this.sandbox.answer = (request) => overHttp({ ...request, url: request.url.replace(asked, server) });
    Object.assign(this.sandbox.api, {
      getStorageSync: (key) => this.stored.get(key) ?? '',
      setStorageSync: (key, value) => void this.stored.set(key, value),
      base64ToArrayBuffer: (text) => Uint8Array.from(Buffer.from(text, 'base64')).buffer,
      getAppBaseInfo: () => ({ SDKVersion: options.level, version: '8.0.0' }),
      getDeviceInfo: () => ({ platform: 'test', system: 'none' }),
      setClipboardData: ({ data }) => void (this.clipboard = data),
    });
    this.sandbox.require('/app.js');
  }

  /** Opens a page, such as `pages/chat/index`. */
  async open(path) {
    const { usingComponents = {} } = JSON.parse(readFileSync(join(this.#root, `${path}.json`), 'utf8'));
    const page = this.#instance(this.#define(`/${path}.js`), () => {});
    const made = new Map();
    page.selectComponent = (selector) => {
      if (!made.has(selector)) {
        const tag = selector.startsWith('#m') ? 'tidegate-message' : `tidegate-${selector.slice(1)}`;
        if (!usingComponents[tag]) throw new Error(`${path} uses no ${tag}`);
        const definition = this.#define(join('/', dirname(path), `${usingComponents[tag]}.js`));
        made.set(selector, this.#instance(definition, (name, detail) => page[BOUND[tag]?.[name]]?.({ detail })));
      }
      return made.get(selector);
    };
    page.close = () => {
      page.onUnload?.();
      for (const component of made.values()) component.remove();
    };
    await page.onLoad({});
    return page;
  }

  /** What a file gives to `Component`; it is run once. */
  #definitions = new Map();
  #define(path) {
    if (!this.#definitions.has(path)) {
      this.sandbox.require(path);
      this.#definitions.set(path, this.#definition);
    }
    return this.#definitions.get(path);
  }

  #instance({ data = {}, properties = {}, methods = {}, observers = {}, lifetimes = {} }, trigger) {
    const initial = Object.fromEntries(Object.entries(properties).map(([name, { value }]) => [name, value]));
    const instance = {
      ...methods,
      data: { ...initial, ...structuredClone(copyable(data)) },
      setData(changes, done) {
        for (const path of Object.keys(changes)) setPath(this.data, path, copyable(changes[path]));
        const roots = new Set(Object.keys(changes).map((path) => path.split(/[.[]/)[0]));
        for (const [names, observe] of Object.entries(observers)) {
          const all = names.split(/,\s*/);
          if (all.some((name) => roots.has(name))) observe.apply(this, all.map((name) => this.data[name]));
        }
        if (done) setTimeout(() => done.call(this), 0);
      },
      triggerEvent: trigger,
      remove() {
        lifetimes.detached?.call(this);
      },
    };
    return instance;
  }
}

/** As data crosses to the view: functions stay behind. */
function copyable(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function setPath(data, path, value) {
  const keys = path.match(/[^.[\]]+/g);
  const last = keys.pop();
  const holder = keys.reduce((at, key) => at[key], data);
  holder[last] = value;
}

/** `wx.request` to a real server; pieces come as the network cuts them. */
function overHttp({ url, method = 'GET', header = {}, data, responseType, enableChunked, success, fail }) {
  const abort = new AbortController();
  let listen = () => {};
  const bufferOf = (bytes) => Uint8Array.from(bytes).buffer;
  const run = async () => {
    const response = await fetch(url, { method, headers: header, signal: abort.signal, ...(data === undefined ? {} : { body: data }) });
    const parts = [];
    for await (const part of response.body) {
      if (enableChunked) listen({ data: bufferOf(part) });
      else parts.push(part);
    }
    const body = Buffer.concat(parts);
    success({ statusCode: response.status, header: Object.fromEntries(response.headers), data: responseType === 'arraybuffer' ? bufferOf(body) : body.toString() });
  };
  run().catch((error) => fail({ errMsg: `request:fail ${error.message}` }));
  return { abort: () => abort.abort(), onChunkReceived: (given) => void (listen = given) };
}
