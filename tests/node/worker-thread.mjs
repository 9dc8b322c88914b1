/** A worker of a page, as Node's threads are: `serveLoads` of the package, under the names that a page's worker has. */
import { parentPort, workerData } from 'node:worker_threads';

globalThis.addEventListener = (type, listen) => parentPort.on(type, (data) => listen({ data }));
globalThis.postMessage = (message, transfer) => parentPort.postMessage(workerData?.build ? { ...message, tidegate: workerData.build } : message, transfer);
if (workerData?.breaks) throw new Error('no such script');
const { serveLoads } = await import('tidegate/worker');
if (!workerData?.isSilent) serveLoads();
