/** What `tidegate/testing` exports on every platform. */
export { everyCut } from './cuts.js';
export { mockFetch, mockStream } from './mock.js';
export type { MockAnswer, MockOptions, MockProtocol, MockRequest, Answering } from './mock.js';
export { DisplayedError } from './watch.js';
export type { Forbidden, Hit } from './judge.js';
export type { Sight } from './recorder.js';
export type { PlaywrightElement, PlaywrightPage, SeleniumDriver, SeleniumElement, Target } from './targets.js';
export type { Seen, Watch, WatchOptions } from './watch.js';
