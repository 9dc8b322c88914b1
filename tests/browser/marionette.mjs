/**
 * Firefox as a WebDriver server. Firefox understands WebDriver's commands by itself, only not over HTTP: it
 * takes them in its own framing over TCP (Marionette). This translates, so that no geckodriver is needed.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest wait for Firefox to listen, or to end by itself, ms. */
const PATIENCE_MS = 60_000;
const GRACE_MS = 5_000;
/** Beside those that Firefox sets itself when it is driven. */
const PREFERENCES = {
  'marionette.port': 0, 'browser.shell.checkDefaultBrowser': false, 'browser.aboutwelcome.enabled': false, 'browser.startup.homepage_override.mstone': 'ignore',
  'browser.sessionstore.resume_from_crash': false, 'datareporting.policy.dataSubmissionEnabled': false, 'toolkit.startup.max_resumed_crashes': -1,
  'app.update.disabledForTesting': true, 'extensions.installDistroAddons': false,
};
/** WebDriver's commands by method and path; `:` stands for a name of the command's parameters. */
const COMMANDS = {
  'POST url': 'Navigate', 'GET url': 'GetCurrentURL', 'POST back': 'Back', 'POST forward': 'Forward', 'POST refresh': 'Refresh', 'GET title': 'GetTitle', 'GET source': 'GetPageSource',
  'GET window': 'GetWindowHandle', 'POST window': 'SwitchToWindow', 'DELETE window': 'CloseWindow', 'POST window/new': 'NewWindow', 'GET window/handles': 'GetWindowHandles',
  'GET window/rect': 'GetWindowRect', 'POST window/rect': 'SetWindowRect', 'POST window/minimize': 'MinimizeWindow', 'POST window/maximize': 'MaximizeWindow',
  'POST frame': 'SwitchToFrame', 'POST frame/parent': 'SwitchToParentFrame', 'GET timeouts': 'GetTimeouts', 'POST timeouts': 'SetTimeouts',
  'POST execute/sync': 'ExecuteScript', 'POST execute/async': 'ExecuteAsyncScript', 'POST actions': 'PerformActions', 'DELETE actions': 'ReleaseActions', 'GET screenshot': 'TakeScreenshot',
  'POST element': 'FindElement', 'POST elements': 'FindElements', 'GET element/active': 'GetActiveElement', 'POST element/:element/element': 'FindElement', 'POST element/:element/elements': 'FindElements',
  'POST element/:id/click': 'ElementClick', 'POST element/:id/clear': 'ElementClear', 'POST element/:id/value': 'ElementSendKeys', 'GET element/:id/text': 'GetElementText',
  'GET element/:id/name': 'GetElementTagName', 'GET element/:id/rect': 'GetElementRect', 'GET element/:id/enabled': 'IsElementEnabled', 'GET element/:id/selected': 'IsElementSelected',
  'GET element/:id/displayed': 'IsElementDisplayed', 'GET element/:id/attribute/:name': 'GetElementAttribute', 'GET element/:id/property/:name': 'GetElementProperty',
  'GET element/:id/css/:propertyName': 'GetElementCSSValue', 'GET element/:id/computedrole': 'GetComputedRole', 'GET element/:id/computedlabel': 'GetComputedLabel',
  'GET element/:id/shadow': 'GetShadowRoot', 'POST shadow/:shadowRoot/element': 'FindElementFromShadowRoot', 'POST shadow/:shadowRoot/elements': 'FindElementsFromShadowRoot',
  'GET element/:id/screenshot': 'TakeScreenshot', 'POST alert/accept': 'AcceptAlert', 'POST alert/dismiss': 'DismissAlert', 'GET alert/text': 'GetAlertText',
};
const ROUTES = Object.entries(COMMANDS).map(([line, name]) => {
  const [method, path] = line.split(' ');
  return { method, name: `WebDriver:${name}`, pattern: new RegExp(`^/session/[^/]+/${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`) };
});

/** Starts Firefox with a fresh profile; resolves to `{ url, end }`: the WebDriver server, for one session. */
export async function startFirefoxServer(binary) {
  const profile = await mkdtemp(join(tmpdir(), 'tidegate-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const child = spawn(binary, ['--headless', '--no-remote', '--marionette', '--remote-debugging-port=0', '--profile', profile], {
    stdio: 'ignore', env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let server;
  const end = async () => {
    server?.closeAllConnections();
    server?.close();
    await Promise.race([gone, sleep(GRACE_MS)]);
    kill();
    await gone;
    process.off('exit', kill);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const port = await Promise.race([portIn(join(profile, 'MarionetteActivePort')), gone.then(() => { throw new Error('Firefox ended'); })]);
    const connection = new Connection(connect(port, '127.0.0.1'));
    server = createServer((from, to) => { answer(connection, from, to).catch(() => to.destroy()); }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { url: `http://127.0.0.1:${server.address().port}`, end };
  } catch (thrown) {
    kill();
    await end();
    throw thrown;
  }
}

/** Firefox writes the port into its profile when it listens. */
async function portIn(file) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(20)) {
    const port = Number(await readFile(file, 'utf8').catch(() => ''));
    if (port > 0) return port;
  }
  throw new Error('Firefox does not listen');
}

/** Translates one request of WebDriver. */
async function answer(connection, from, to) {
  let text = '';
  for await (const part of from.setEncoding('utf8')) text += part;
  const { error, result } = await connection.ask(...commandOf(from, text === '' ? {} : JSON.parse(text)));
  const value = error ?? (isWrapped(result) ? result.value : result);
  to.writeHead(error ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
}

/** The command and its parameters. */
function commandOf({ method, url }, parameters) {
  if (method === 'POST' && url === '/session') return ['WebDriver:NewSession', { webSocketUrl: true, ...parameters.capabilities?.alwaysMatch }];
  // Its session ends, too.
  if (method === 'DELETE' && /^\/session\/[^/]+$/.test(url)) return ['Marionette:Quit', { flags: ['eForceQuit'] }];
  for (const { method: wanted, name, pattern } of ROUTES) {
    const found = method === wanted && pattern.exec(url);
    if (found) return [name, { ...parameters, ...found.groups }];
  }
  return [`unknown: ${method} ${url}`, {}];
}

const isWrapped = (result) => result !== null && typeof result === 'object' && !Array.isArray(result) && Object.keys(result).length === 1 && 'value' in result;

/** Commands to Firefox, each `length:[0, id, name, parameters]`, and its answers, `length:[1, id, error, result]`. */
class Connection {
  #socket;
  #waiting = new Map();
  #id = 0;
  #rest = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', () => {});
    socket.once('close', () => {
      for (const done of this.#waiting.values()) done({ error: { error: 'invalid session id', message: 'Firefox has ended', stacktrace: '' } });
    });
  }

  /** Resolves to `{ error }`, as WebDriver has them, or `{ result }`. */
  ask(name, parameters) {
    const id = this.#id += 1;
    const message = JSON.stringify([0, id, name, parameters]);
    return new Promise((done) => {
      this.#waiting.set(id, done);
      this.#socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
  }

  #take(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const colon = this.#rest.indexOf(':');
      const start = colon + 1;
      const end = start + Number(this.#rest.subarray(0, colon));
      if (colon < 0 || this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.subarray(start, end));
      this.#rest = this.#rest.subarray(end);
      // The first one is a greeting.
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      this.#waiting.get(id)?.(error ? { error } : { result });
      this.#waiting.delete(id);
    }
  }
}
