/** A connection to the inspector of a Node process. */
export interface Session {
  /** Calls a method of the protocol. Rejects when it fails or the connection ends. */
  send<Result = object>(method: string, params?: object): Promise<Result>;
  /** Calls back with each event of the name, in order. */
  on(method: string, handle: (params: never) => void): void;
  /** Runs an expression in the process and gives its value, which has to fit into JSON. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Is aborted when the process is about to end, which then waits, or the connection is lost. */
  ending: AbortSignal;
  /** Resolves when it is closed. */
  close(): Promise<void>;
}

interface Message {
  id?: number;
  method?: string;
  params?: never;
  result?: object;
  error?: { message: string };
}

interface Evaluated {
  result: { value: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

/** Connects to an inspector's WebSocket. @throws Error where nothing answers */
export async function connect(url: string): Promise<Session> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`nothing answers at ${url}`)), {
      once: true,
    });
  });
  const ending = new AbortController();
  const closed = Promise.withResolvers<undefined>();
  const calls = new Map<number, PromiseWithResolvers<object>>();
  const handlers = new Map<string, (params: never) => void>();
  let lastId = 0;

  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(String(data)) as Message;
    if (method !== undefined) handlers.get(method)?.(params as never);
    if (id === undefined) return;
    const call = calls.get(id);
    calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result ?? {});
  });
  socket.addEventListener('close', () => {
    closed.resolve(undefined);
    ending.abort();
    for (const call of calls.values()) call.reject(new Error('the profiled process has ended'));
    calls.clear();
  });
  handlers.set('NodeRuntime.waitingForDisconnect', () => ending.abort());

  const send = <Result>(method: string, params: object = {}): Promise<Result> => {
    if (socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error('the profiled process has ended'));
    }
    const id = ++lastId;
    const call = Promise.withResolvers<object>();
    calls.set(id, call);
    socket.send(JSON.stringify({ id, method, params }));
    return call.promise as Promise<Result>;
  };
  const session: Session = {
    send,
    on: (method, handle) => void handlers.set(method, handle),
    async evaluate<Value>(expression: string) {
      const { result, exceptionDetails: thrown } = await send<Evaluated>('Runtime.evaluate', {
        expression,
        returnByValue: true,
      });
      if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
      return result.value as Value;
    },
    ending: ending.signal,
    async close() {
      socket.close();
      await closed.promise;
    },
  };
  // Without it, a process that ends would not wait until its profile is read.
  await send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
  return session;
}
