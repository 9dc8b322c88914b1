/** `tidegate/testing` in Node, for tests that drive a browser. */
import { compilePolicy, createGuard, init, memoryHost } from './node.js';
import { watching, type Watching } from './testing/watch.js';

export * from './testing/exports.js';

/**
 * Watches a page from now on. `check()` of what it resolves to throws if anything that the policy
 * forbids was displayed. Give it before the page is opened where the driver can (Playwright's
 * `Page`, Selenium with Chromium), else right after.
 */
export const expectNeverDisplayed: Watching = watching({ compilePolicy, createGuard, init, memoryHost });
