/** The part of autocannon that is used; it brings no types. */
declare module 'autocannon' {
  interface Request {
    body?: string;
  }
  interface Options {
    url: string;
    connections: number;
    /** Requests in all. */
    amount: number;
    method: 'POST';
    headers: Record<string, string>;
    requests: { setupRequest: (request: Request) => Request }[];
    timeout?: number;
  }
  export interface Outcome {
    '2xx': number;
    non2xx: number;
    errors: number;
    /** Seconds. */
    duration: number;
    /** Milliseconds. */
    latency: { p50: number; p97_5: number; p99: number };
  }
  export default function autocannon(options: Options): Promise<Outcome>;
}
