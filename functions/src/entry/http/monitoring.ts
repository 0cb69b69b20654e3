import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'firebase-functions/https';
import { metricsText, systemStatus } from '../../monitoring/status';
import { monitoringToken, secrets } from '../../params';
import { accountOfToken } from '../../platform/auth';
import { compressAnswer } from '../compression';
import { authoriseRequest, http, SUPERVISORS } from '../guard';

/**
 * `GET /health`: whether it answers, for everybody. `GET /metrics`: Prometheus' format, with the
 * monitoring token. `GET /status`: how the system is and why, with the token or as a lead of the
 * team. One function, so that one instance serves all three.
 */
export const monitoring = http(
  {
    invoker: 'public',
    cors: true,
    maxInstances: 3,
    secrets: [secrets.monitoringToken],
  },
  async (request, response) => {
    compressAnswer(request);
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (request.method !== 'GET') {
      response.status(405).set('allow', 'GET').json({ error: 'use GET' });
      return;
    }
    switch (request.path.replace(/^\/monitoring(?=\/)/, '')) {
      case '/health':
        response.json({ status: 'ok' });
        return;
      case '/metrics':
        if (!hasToken(request)) {
          response.status(401).set('www-authenticate', 'Bearer').json({ error: 'wrong token' });
          return;
        }
        response.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText());
        return;
      case '/status':
        if (!hasToken(request)) await authoriseRequest(request, SUPERVISORS, accountOfToken);
        response.json(await systemStatus());
        return;
      default:
        response.status(404).json({ error: 'use /health, /metrics or /status' });
    }
  },
);

/** Compared in a time that does not tell how much of it was right. */
function hasToken(request: Request): boolean {
  const given = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(monitoringToken()));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
