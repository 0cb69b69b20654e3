/**
 * Gives up waiting after a time. The client library goes on trying for up to a minute when
 * Firestore cannot be reached, which is longer than anybody waits for an answer. What was given up
 * may still be carried out.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  milliseconds: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`${what} took over ${milliseconds} ms`), { code: 4 }));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
