import autocannon, { type Outcome } from 'autocannon';

/** Calls of a callable over a number of connections, one after the other on each. */
export interface ClosedLoad {
  url: string;
  connections: number;
  /** Calls in all. */
  amount: number;
  token: string;
  /** Makes the data of the next call. */
  data: () => object;
}

/** @throws unless every call is answered 2xx */
export async function runClosedModel(load: ClosedLoad): Promise<Outcome> {
  const { url, connections, amount, token, data } = load;
  const outcome = await autocannon({
    ...{ url, connections, amount, method: 'POST' },
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    requests: [
      { setupRequest: (request) => ({ ...request, body: JSON.stringify({ data: data() }) }) },
    ],
    timeout: 30,
  });
  if (outcome['2xx'] !== amount) {
    throw new Error(`${outcome['2xx']} of ${amount} calls of ${url} were answered 2xx`);
  }
  return outcome;
}
