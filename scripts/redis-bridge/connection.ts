import { connect, type Socket } from 'node:net';
import { encodeCommand, ReplyReader, type Reply } from './resp.ts';

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** One connection to a Redis, opened when it is needed and again when it was lost. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #waiting: Waiting[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends commands in one piece, so that nobody else's come between them.
   *
   * @returns a reply each; also errors of Redis are replies
   * @throws where Redis cannot be reached, or went before it answered
   */
  send(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const socket = (this.#socket ??= this.#open());
    const replies = commands.map(
      () =>
        new Promise<Reply>((resolve, reject) => {
          this.#waiting.push({ resolve, reject });
        }),
    );
    socket.write(Buffer.concat(commands.map(encodeCommand)));
    return Promise.all(replies);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay();
    const reader = new ReplyReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of reader.read(chunk)) this.#waiting.shift()?.resolve(reply);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    // The end follows it.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      const lost = this.#waiting;
      this.#waiting = [];
      for (const waiting of lost) waiting.reject(new Error('Redis cannot be reached.'));
    });
    return socket;
  }
}
