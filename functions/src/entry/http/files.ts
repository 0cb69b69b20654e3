import { pipeline } from 'node:stream/promises';
import type { HttpsFunction, Request } from 'firebase-functions/https';
import { fetchFile } from '../../files/fetch';
import { fileId } from '../../files/schema';
import { keepUpload, uploadInput } from '../../files/upload';
import { accountOfToken } from '../../platform/auth';
import { log } from '../../platform/log';
import { AppError } from '../../shared/errors';
import { invalid } from '../../shared/invalid';
import type { Member } from '../../team/schema';
import { compressAnswer } from '../compression';
import { AGENTS, authoriseRequest, http, httpError, SUPERVISORS } from '../guard';

type Response = Parameters<HttpsFunction>[1];

/** What Cloud Run takes in one request. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Files of the team, under the member's ID token: `GET /files/{fileId}` gives one, `POST
 * /files?id=KEY&name=NAME` takes the body as one, for a job to use.
 */
export const files = http(
  { invoker: 'public', cors: true, memory: '512MiB', concurrency: 4, timeoutSeconds: 600 },
  async (request, response) => {
    compressAnswer(request);
    try {
      switch (request.method) {
        case 'GET':
          await give(await authoriseRequest(request, AGENTS, accountOfToken), request, response);
          return;
        case 'POST':
          await take(
            await authoriseRequest(request, SUPERVISORS, accountOfToken),
            request,
            response,
          );
          return;
        default:
          response.status(405).set('allow', 'GET, POST').json({ error: 'use GET or POST' });
      }
    } catch (error) {
      if (response.headersSent) {
        // The status is gone; a connection that breaks tells that the file is not whole.
        log.warn('a file could not be given whole', { error });
        response.destroy();
        return;
      }
      const { status, headers, body } = httpError(error);
      response.status(status).set(headers).json(body);
    }
  },
);

async function give(member: Member, request: Request, response: Response): Promise<void> {
  const id = fileId.safeParse(request.path.replace(/^\/(?:files\/)?/, ''));
  if (!id.success) throw invalid(id.error.issues);
  const { file, content } = await fetchFile(member, id.data);
  response.set({
    'content-type': file.contentType,
    'content-length': String(file.bytes),
    'content-disposition': `attachment; filename*=UTF-8''${encoded(file.name)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
  await pipeline(content, response);
}

/** A header's value in another alphabet (RFC 8187) has fewer characters as they are than an address. */
const encoded = (name: string): string =>
  encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

async function take(member: Member, request: Request, response: Response): Promise<void> {
  const input = uploadInput.safeParse(request.query);
  if (!input.success) throw invalid(input.error.issues);
  const body = request.rawBody as Buffer | undefined;
  if (!body?.length || body.length > MAX_BYTES) {
    throw new AppError('invalid-argument', 'The body has to be a file of 1 byte to 32 MB.', {
      details: { reason: 'upload-size', maxBytes: MAX_BYTES },
    });
  }
  response.status(201).json(await keepUpload(member, input.data, body));
}
