// Runs the proxy in a thread of its own, so that it takes no time from whoever is measured.
import { parentPort, workerData } from 'node:worker_threads';
import { startDelayProxy } from './delayProxy.ts';

const { host, port, rttMs } = workerData as { host: string; port: number; rttMs: number };
parentPort?.postMessage((await startDelayProxy({ host, port }, rttMs)).port);
