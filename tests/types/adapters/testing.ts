import type { ElementHandle, Locator, Page } from 'playwright-core';
import type { Policy } from 'tidegate';
import { DisplayedError, everyCut, expectNeverDisplayed, mockFetch, mockStream, type Hit, type Watch } from 'tidegate/testing';
import { startMockServer, type MockServer } from 'tidegate/testing/server';

declare const page: Page;
declare const locator: Locator;
declare const handle: ElementHandle;
declare const policy: Policy;
/** As `@types/selenium-webdriver` has them. */
declare const driver: { executeScript<T>(script: string | Function, ...values: unknown[]): Promise<T>; getTitle(): Promise<string> };
declare const element: { getDriver(): typeof driver; getTagName(): Promise<string> };

export async function watches(): Promise<Hit[]> {
  const options = { root: 'main', messages: 'article', ignore: '.user', onlyPainted: true };
  const watch: Watch = await expectNeverDisplayed(page, policy, options);
  await expectNeverDisplayed(locator, new Uint8Array());
  await expectNeverDisplayed(handle, [new Uint8Array()]);
  await expectNeverDisplayed(driver, ['term']);
  await expectNeverDisplayed(element, ['term']);
  await expectNeverDisplayed(document, policy);
  // @ts-expect-error: not a page of any kind
  await expectNeverDisplayed('main', policy);
  // @ts-expect-error: nothing is forbidden
  await expectNeverDisplayed(page);
  const { texts, frames, mutations } = await watch.check().catch((thrown: unknown) => {
    if (thrown instanceof DisplayedError) console.log(thrown.code, thrown.hits[0]?.where);
    throw thrown;
  });
  console.log(texts + frames + mutations);
  await watch.stop();
  return [];
}

export const fetching: typeof fetch = mockFetch(({ url, body }) => ({ text: url + String(body) }), { protocol: 'openai', cuts: (text) => [text] });
export const stream: ReadableStream<Uint8Array> = mockStream('ai-sdk', { reasoning: 'r', tool: { name: 'n', input: {} } }, { wire: 'bytes', end: 'broken' });
export const cuts: string[][] = [...everyCut('text')];
export const server: Promise<MockServer> = startMockServer({ text: 't' }, { delayMs: 5, port: 0, seed: 3, cuts: 'units' });
// @ts-expect-error: no such protocol
mockStream('soap', {});
