import { serveLoads } from 'tidegate/worker';

serveLoads();
