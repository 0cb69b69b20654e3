// Upstash's REST protocol in front of a Redis on this machine:
//   node scripts/redis-bridge/main.ts --port N --redis-port N --token TEXT
import { parseArgs } from 'node:util';
import { startBridge } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'redis-port': { type: 'string', default: '6379' },
    token: { type: 'string', default: 'local-redis-token' },
  },
});
const bridge = await startBridge({
  port: Number(values.port),
  redisPort: Number(values['redis-port']),
  token: values.token,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void bridge.close().then(() => process.exit(0)));
}
console.log(`Redis bridge on ${bridge.url}`);
