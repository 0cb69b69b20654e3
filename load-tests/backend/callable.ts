import { post } from '../http.ts';
import type { Backend } from './types.ts';

/** Calls a callable with a member's token. @throws with its status and reason unless it succeeds */
export async function call<T = unknown>(backend: Backend, name: string, data: object): Promise<T> {
  const authorization = `Bearer ${await backend.token()}`;
  const { status, text } = await post(backend.url(name), JSON.stringify({ data }), {
    authorization,
  });
  if (status === 200) return (JSON.parse(text) as { result: T }).result;
  throw new Error(`${status} ${reasonOf(text)}`);
}

function reasonOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as {
      error: { status?: string; details?: { reason?: string } };
    };
    return error.details?.reason ?? error.status ?? '';
  } catch {
    return '';
  }
}
