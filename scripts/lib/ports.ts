import { createServer } from 'node:net';

/** For each name a free port of this machine: the wanted one, or any other if that is taken. */
export async function freePorts<Name extends string>(
  wanted: Record<Name, number>,
): Promise<Record<Name, number>> {
  const names = Object.keys(wanted) as Name[];
  const servers = await Promise.all(
    names.map(async (name) => (await listen(wanted[name])) ?? (await listen(0))),
  );
  const ports = {} as Record<Name, number>;
  for (const [index, name] of names.entries()) {
    const server = servers[index];
    const address = server?.address();
    if (!server || !address || typeof address === 'string') throw new Error('No port is free.');
    ports[name] = address.port;
    // All are held until the last one is chosen, so that no two are the same.
  }
  await Promise.all(
    servers.map(
      (server) => new Promise((resolve) => (server ? server.close(resolve) : resolve(0))),
    ),
  );
  return ports;
}

function listen(port: number): Promise<ReturnType<typeof createServer> | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
