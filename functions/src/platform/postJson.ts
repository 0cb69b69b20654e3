/**
 * Posts JSON to an address that the operator named, which may be slow or hostile: it is not followed
 * elsewhere, its answer's body is not read, and it has its time.
 *
 * @returns null when it was taken (2xx), else why not, without the address
 */
export async function postJson(
  url: string,
  body: unknown,
  timeoutMs: number,
): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? null : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}
