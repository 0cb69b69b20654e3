import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-f]{64})$/;

/**
 * Whether `header` (X-Hub-Signature-256) is the HMAC-SHA256 of the raw bytes under the app secret.
 * Compared in constant time. Run it before anything of the body is parsed.
 */
export function signatureIsValid(
  body: Buffer,
  header: string | undefined,
  appSecret: string,
): boolean {
  const signature = FORM.exec(header ?? '')?.[1];
  if (!signature) return false;
  const expected = createHmac('sha256', appSecret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
