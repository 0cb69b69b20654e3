import compression from 'compression';
import type { Request } from 'express';

/** Shorter answers would gain nothing. */
const THRESHOLD_BYTES = 1024;

const compress = compression({ threshold: THRESHOLD_BYTES });

/**
 * Has the answer to a request compressed as the client accepts it (br or gzip), if it is over 1 KB
 * and of a type that gets smaller. What is streamed stays a stream. To be called once, before
 * anything is written.
 */
export function compressAnswer(request: Request): void {
  if (request.res) compress(request, request.res, () => undefined);
}
