import { describe, expect, it } from 'vitest';
import { NUMBER, simulate } from '../test-support.ts';
import type { Answer, CallInit } from '../test-support.ts';

const AUTHORIZATION = { authorization: 'Bearer local-token' };

type Call = (method: string, path: string, init?: CallInit) => Promise<Answer>;

async function upload(call: Call, content: Uint8Array<ArrayBuffer>, type: string): Promise<Answer> {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', type);
  form.set('file', new Blob([content], { type }), 'file.bin');
  return call('POST', `/${NUMBER}/media`, { body: form });
}

describe('media', () => {
  it('goes up as a multipart form and comes down byte for byte', async () => {
    const { call } = await simulate();
    const content = Uint8Array.from({ length: 256 }, (_, index) => index);

    const { body } = await upload(call, content, 'image/jpeg');
    const info = (await call('GET', `/${String(body.id)}`)).body;
    const download = await fetch(String(info.url), { headers: AUTHORIZATION });

    expect(info).toMatchObject({
      messaging_product: 'whatsapp',
      mime_type: 'image/jpeg',
      file_size: 256,
      sha256: '40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880',
      id: body.id,
    });
    expect(download.headers.get('content-type')).toBe('image/jpeg');
    expect(new Uint8Array(await download.arrayBuffer())).toEqual(content);
  });

  it('is not given out without the token, or at an address with another expiry', async () => {
    const { call } = await simulate();
    const { body } = await upload(call, new Uint8Array(3), 'image/png');
    const url = new URL(String((await call('GET', `/${String(body.id)}`)).body.url));

    expect((await fetch(url)).status).toBe(401);
    url.searchParams.set('ext', String(Number(url.searchParams.get('ext')) + 60_000));
    expect((await fetch(url, { headers: AUTHORIZATION })).status).toBe(404);
  });

  it('has addresses that expire, and a new one for the asking', async () => {
    const { call, control } = await simulate({ mediaUrlTtlMs: 0 });
    const { body } = await upload(call, new Uint8Array(3), 'image/png');
    const address = async () => String((await call('GET', `/${String(body.id)}`)).body.url);
    const status = async (url: string) => (await fetch(url, { headers: AUTHORIZATION })).status;

    expect(await status(await address())).toBe(404);
    await control.config({ mediaUrlTtlMs: 60_000 });
    expect(await status(await address())).toBe(200);
  });

  it('can be deleted', async () => {
    const { call } = await simulate();
    const { body } = await upload(call, new Uint8Array(3), 'image/png');
    const path = `/${String(body.id)}`;
    expect((await call('DELETE', path)).body).toEqual({ success: true });
    expect((await call('GET', path)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });
});

describe('limits of an upload', () => {
  const MB = 1024 * 1024;

  /** An extended WebP with its animation flag set. */
  function animated(size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    bytes.set(new TextEncoder().encode('RIFF....WEBPVP8X'));
    bytes[20] = 0x02;
    return bytes;
  }

  it.each<[string, string, Uint8Array<ArrayBuffer>, number]>([
    ['an image of 5 MB', 'image/jpeg', new Uint8Array(5 * MB), 0],
    ['a larger image', 'image/jpeg', new Uint8Array(5 * MB + 1), 131053],
    ['a GIF', 'image/gif', new Uint8Array(1), 100],
    ['a voice note', 'audio/ogg; codecs=opus', new Uint8Array(1), 0],
    ['an audio over 16 MB', 'audio/mpeg', new Uint8Array(16 * MB + 1), 131053],
    ['a document over 16 MB', 'application/pdf', new Uint8Array(17 * MB), 0],
    ['a sticker of 100 KB', 'image/webp', new Uint8Array(100 * 1024), 0],
    ['a larger sticker', 'image/webp', new Uint8Array(100 * 1024 + 1), 131053],
    ['an animated sticker of 500 KB', 'image/webp', animated(500 * 1024), 0],
    ['a larger animated sticker', 'image/webp', animated(500 * 1024 + 1), 131053],
  ])('%s', async (_, type, content, expected) => {
    const { call } = await simulate();
    expect((await upload(call, content, type)).body.error?.code ?? 0).toBe(expected);
  });

  it('what is no form', async () => {
    const { post } = await simulate();
    expect((await post(`/${NUMBER}/media`, {})).body.error?.code).toBe(100);
  });
});
