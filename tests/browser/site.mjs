/** A small site of pages that a test writes, with the package beside them, in a browser of its own. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Page, ROOT } from './harness.mjs';

const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };

export class Site {
  #server;

  /**
   * Serves `pages` by their paths and, of the project, the files whose paths begin with one of `folders`.
   * `take` may answer a request itself, and says whether it did.
   */
  static async open(pages, folders, take = () => false) {
    const site = new Site();
    site.#server = createServer(async (from, to) => {
      if (await take(from, to)) return;
      const isFile = folders.some((folder) => from.url.startsWith(folder));
      const body = pages[from.url] ?? (isFile ? await readFile(join(ROOT, from.url)).catch(() => undefined) : undefined);
      if (body === undefined) to.writeHead(404).end();
      else to.writeHead(200, { 'content-type': TYPES[from.url.split('.').at(-1)] ?? 'text/html' }).end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => site.#server.once('listening', resolve));
    site.url = `http://127.0.0.1:${site.#server.address().port}`;
    try {
      site.page = await Page.start();
      await site.page.driver.manage().setTimeouts({ script: 60_000 });
    } catch (thrown) {
      await site.close();
      throw thrown;
    }
    return site;
  }

  /** Runs `code`, which may await, in the page. */
  async run(code, ...values) {
    const answer = await this.page.driver.executeAsyncScript(`const done = arguments[arguments.length - 1];
      (async (...given) => { ${code} }).apply(undefined, [...arguments].slice(0, -1))
        .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`, ...values);
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  async close() {
    await this.page?.dispose();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
