/** Where a recorder runs: pages that Playwright or Selenium drive, or this page. */
import { GuardError } from '../error.js';
import { recorder, type Recorder, type RecorderOptions, type Recording } from './recorder.js';

/** As much of Playwright's `Page` as is needed. */
export interface PlaywrightPage {
  /** For the documents that the page opens. */
  addInitScript(script: { content: string }): Promise<unknown>;
  /** For the document that is there. */
  evaluate(expression: string): Promise<unknown>;
}

/** As much of Playwright's `Locator` and `ElementHandle`. */
export interface PlaywrightElement {
  /** In the page of the element. */
  evaluate(...given: never[]): Promise<unknown>;
}

/** As much of Selenium's `WebDriver`. */
export interface SeleniumDriver {
  /** In the document that is there. */
  executeScript(script: string, ...values: unknown[]): Promise<unknown>;
  /** Chromium has it: then the recorder is there before the page's first script. */
  sendAndGetDevToolsCommand?(command: string, parameters: object): Promise<unknown>;
}

/** As much of Selenium's `WebElement`. */
export interface SeleniumElement {
  /** The driver of its page. */
  getDriver(): unknown;
  /** Tells it from other objects. */
  getTagName(): Promise<string>;
}

/** What is watched: a page, an element of one, or this document. */
export type Target = PlaywrightPage | PlaywrightElement | SeleniumDriver | SeleniumElement | Element | Document;

/** A recorder at its place. */
export interface Recorded {
  drain(): Promise<Recording>;
  stop(): Promise<void>;
}

/** Installs the recorder. */
export async function recordOn(target: Target, options: RecorderOptions): Promise<Recorded> {
  if (isNode(target)) return inThisPage(target, options);
  if (has(target, 'addInitScript') && has(target, 'evaluate')) return onPage(target as PlaywrightPage, options);
  if (has(target, 'evaluate')) return onElement(target as PlaywrightElement, options);
  if (has(target, 'executeScript')) return onDriver(target as SeleniumDriver, undefined, options);
  if (has(target, 'getDriver')) return onDriver((target as SeleniumElement).getDriver() as SeleniumDriver, target as SeleniumElement, options);
  throw new GuardError('testing/target', 'not a page, locator, driver or element');
}

/** Compilers that keep names call this helper, which pages do not have. */
const SOURCE = `((__name) => (${recorder}))((run) => run)`;
/** For documents of any kind, before they have anything. */
const startAll = (options: RecorderOptions): string => `(${SOURCE})(null, ${JSON.stringify(options)})`;
/** In this document and in frames of the same origin. */
const drainAll = (name: string): string => `(async (name) => {
  const whole = { sights: [], frames: 0, mutations: 0, isFull: false, isThere: name in window };
  const visit = async (view) => {
    const { sights, frames, mutations, isFull } = await view[name]?.drain() ?? { sights: [], frames: 0, mutations: 0, isFull: false };
    for (const sight of sights) whole.sights.push(sight);
    whole.frames += frames;
    whole.mutations += mutations;
    whole.isFull ||= isFull;
    for (let at = 0; at < view.length; at += 1) {
      try { void view[at][name]; } catch { continue; }
      await visit(view[at]);
    }
  };
  await visit(window);
  return whole;
})(${JSON.stringify(name)})`;
const stopAll = (name: string): string => `window[${JSON.stringify(name)}]?.stop()`;

/** A document that was opened in between without the recorder has been seen by nobody. */
function present(answer: unknown): Recording {
  const { isThere, ...recording } = answer as Recording & { isThere: boolean };
  if (!isThere) throw new GuardError('testing/gone', 'this document was opened without being watched: call expectNeverDisplayed after opening it');
  return recording;
}

async function onPage(page: PlaywrightPage, options: RecorderOptions): Promise<Recorded> {
  await page.addInitScript({ content: startAll(options) });
  await page.evaluate(startAll(options));
  return {
    drain: async () => present(await page.evaluate(drainAll(options.name))),
    stop: async () => void await page.evaluate(stopAll(options.name)),
  };
}

async function onElement(element: PlaywrightElement, options: RecorderOptions): Promise<Recorded> {
  await element.evaluate(recorder as never, options as never);
  // Serialised, as the recorder is.
  const drain = (given: Element, name: string): unknown => (given.ownerDocument.defaultView as unknown as Record<string, Recorder>)[name]?.drain();
  const stop = (given: Element, name: string): unknown => (given.ownerDocument.defaultView as unknown as Record<string, Recorder>)[name]?.stop();
  return {
    drain: async () => await element.evaluate(drain as never, options.name as never) as Recording,
    stop: async () => void await element.evaluate(stop as never, options.name as never),
  };
}

async function onDriver(driver: SeleniumDriver, element: SeleniumElement | undefined, options: RecorderOptions): Promise<Recorded> {
  const preload = element ? undefined : await driver.sendAndGetDevToolsCommand?.('Page.addScriptToEvaluateOnNewDocument', { source: startAll(options) });
  await driver.executeScript(`(${SOURCE})(arguments[0], arguments[1])`, element ?? null, options);
  return {
    drain: async () => present(await driver.executeScript(`return ${drainAll(options.name)}`)),
    stop: async () => {
      if (preload) await driver.sendAndGetDevToolsCommand?.('Page.removeScriptToEvaluateOnNewDocument', preload);
      await driver.executeScript(stopAll(options.name));
    },
  };
}

function inThisPage(node: Element | Document, options: RecorderOptions): Recorded {
  const element = node.nodeType === 9 ? (node as Document).documentElement : node as Element;
  recorder(element, options);
  const own = (): Recorder | undefined => (element.ownerDocument.defaultView as unknown as Record<string, Recorder>)[options.name];
  return {
    drain: async () => await own()?.drain() as Recording,
    stop: async () => own()?.stop(),
  };
}

function isNode(target: Target): target is Element | Document {
  const { nodeType } = target as Partial<Node>;
  return nodeType === 1 || nodeType === 9;
}

function has(target: object, method: string): boolean {
  return typeof (target as Record<string, unknown>)[method] === 'function';
}
