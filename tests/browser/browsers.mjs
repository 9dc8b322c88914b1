/**
 * The browsers that the tests drive, each by WebDriver.
 *
 * TIDEGATE_BROWSER        chromium (default), firefox, or webkit (WebKitGTK, which has no headless mode: without a
 *                         display it gets one of Xvfb)
 * CHROMEDRIVER, CHROME_PATH         default: in PATH
 * FIREFOX_PATH                      default: in PATH
 * WEBKIT_DRIVER, MINIBROWSER_PATH   default: in PATH, and where Debian puts it
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Builder, Capabilities } from 'selenium-webdriver';
import * as chrome from 'selenium-webdriver/chrome.js';
import scriptManager from 'selenium-webdriver/bidi/scriptManager.js';
import { startFirefoxServer } from './marionette.mjs';

export const BROWSER = process.env.TIDEGATE_BROWSER ?? 'chromium';
/** Options of a test that needs what only Chromium's DevTools protocol can do. */
export const CHROMIUM_ONLY = { skip: BROWSER === 'chromium' ? false : 'needs the DevTools protocol' };
/** What a page beside another is opened in: in WebKit, a tab that a driver opens stays in the background and draws nothing. */
export const BESIDE = BROWSER === 'webkit' ? 'window' : 'tab';
/** Longest wait for a driver to listen, ms. */
const PATIENCE_MS = 20_000;

const STARTS = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit };

/**
 * Resolves to `{ name, driver, stop, preload }` with a fresh profile. `preload(source, before)` runs `source`
 * before the scripts of every page from now on and resolves to its name, in place of the one named
 * `before`; absent where the browser cannot. In Chromium it is of one tab.
 */
export async function startBrowser(name = BROWSER) {
  const start = STARTS[name];
  if (!start) throw new Error(`a browser is one of ${Object.keys(STARTS).join(', ')}; not ${name}`);
  return { name, ...await start() };
}

function inPath(...names) {
  for (const name of names) {
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      if (directory && existsSync(join(directory, name))) return join(directory, name);
    }
  }
  return undefined;
}

function needed(path, what, variable) {
  if (!path) throw new Error(`no ${what}: install it or set ${variable}`);
  return path;
}

/** The Chromium to test with; `undefined` leaves the choice to the driver. */
export function browserPath() {
  return process.env.CHROME_PATH ?? inPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome');
}

async function startChromium() {
  const binary = browserPath();
  const service = needed(process.env.CHROMEDRIVER ?? inPath('chromedriver'), 'chromedriver', 'CHROMEDRIVER');
  const options = new chrome.Options().addArguments('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage');
  if (binary) options.setBinaryPath(binary);
  const driver = await new Builder().forBrowser('chrome')
    .setChromeOptions(options).setChromeService(new chrome.ServiceBuilder(service)).build();
  const preload = async (source, before) => {
    if (before) await driver.sendDevToolsCommand('Page.removeScriptToEvaluateOnNewDocument', { identifier: before });
    return (await driver.sendAndGetDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source })).identifier;
  };
  return { driver, stop: () => driver.quit(), preload };
}

async function startFirefox() {
  const binary = needed(process.env.FIREFOX_PATH ?? inPath('firefox', 'firefox-esr'), 'Firefox', 'FIREFOX_PATH');
  const { url, end } = await startFirefoxServer(binary);
  try {
    const driver = await new Builder().usingServer(url).withCapabilities(new Capabilities({ browserName: 'firefox' })).build();
    const scripts = await scriptManager(undefined, driver);
    // Of all tabs, whichever one the caller has forgotten.
    let last;
    const preload = async (source) => {
      if (last) await scripts.removePreloadScript(last);
      last = await scripts.addPreloadScript(`() => { ${source} }`);
      return last;
    };
    const stop = async () => {
      await driver.quit().catch(() => {});
      await end();
    };
    return { driver, stop, preload };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

/** A WebKitWebDriver serves one session, so each browser has one of its own. */
async function startWebKit() {
  const service = needed(process.env.WEBKIT_DRIVER ?? inPath('WebKitWebDriver'), 'WebKitWebDriver', 'WEBKIT_DRIVER');
  const binary = needed(process.env.MINIBROWSER_PATH ?? miniBrowser(), 'MiniBrowser', 'MINIBROWSER_PATH');
  const display = process.env.DISPLAY ? { name: process.env.DISPLAY, end() {} } : await startDisplay();
  const port = await freePort();
  const child = spawn(service, [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display.name, WEBKIT_DISABLE_COMPOSITING_MODE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1' },
  });
  const end = () => {
    child.kill('SIGKILL');
    display.end();
  };
  process.once('exit', end);
  try {
    const url = `http://127.0.0.1:${port}`;
    await listening(url);
    const capabilities = new Capabilities({
      browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary, args: ['--automation'] },
    });
    const driver = await new Builder().usingServer(url).withCapabilities(capabilities).build();
    const stop = async () => {
      await driver.quit().catch(() => {});
      process.off('exit', end);
      end();
    };
    return { driver, stop };
  } catch (thrown) {
    process.off('exit', end);
    end();
    throw thrown;
  }
}

/** Starts Xvfb on a display that is free. */
async function startDisplay() {
  const service = needed(inPath('Xvfb'), 'Xvfb', 'DISPLAY');
  const child = spawn(service, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = await Promise.race([once(child.stdio[3], 'data'), once(child, 'exit').then(() => { throw new Error('Xvfb ended'); })]);
  return { name: `:${String(number).trim()}`, end: () => child.kill('SIGKILL') };
}

/** Debian keeps it beside the library, one for each architecture and version. */
function miniBrowser() {
  for (const architecture of ['x86_64-linux-gnu', 'aarch64-linux-gnu']) {
    const library = join('/usr/lib', architecture);
    const versions = existsSync(library) ? readdirSync(library).filter((name) => name.startsWith('webkit')) : [];
    for (const version of versions.sort().reverse()) {
      const binary = join(library, version, 'MiniBrowser');
      if (existsSync(binary)) return binary;
    }
  }
  return undefined;
}

async function listening(url) {
  const end = Date.now() + PATIENCE_MS;
  while (!await fetch(`${url}/status`).then(({ ok }) => ok, () => false)) {
    if (Date.now() > end) throw new Error(`nothing listens on ${url}`);
    await sleep(50);
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
