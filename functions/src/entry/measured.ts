import { inRequest } from '../platform/lifecycle';

/** What every function's work runs in: the end of the instance waits for it. */
export const measured = <T>(work: () => Promise<T>): Promise<T> => inRequest(work);
