import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../lib/paths.ts';

/** What starts a function. */
export type Kind = 'https' | 'callable' | 'task' | 'schedule' | 'firestore' | 'pubsub';

export interface DeployedFunction {
  /** `messages.send`: the value of FUNCTION_TARGET. */
  target: string;
  kind: Kind;
}

interface Endpoint {
  httpsTrigger?: object;
  blockingTrigger?: object;
  callableTrigger?: object;
  taskQueueTrigger?: object;
  scheduleTrigger?: object;
  eventTrigger?: { eventType: string };
}

/** Every deployed function, as the discovery at a deploy finds them, with those that are a choice. */
export async function deployedFunctions(): Promise<DeployedFunction[]> {
  const script = `
    const found = {};
    const visit = (name, value) => {
      if (value.__endpoint) found[name] = value.__endpoint;
      else for (const [key, inner] of Object.entries(value)) visit(name ? name + '.' + key : key, inner);
    };
    visit('', require(${JSON.stringify(join(ROOT, 'functions', 'lib', 'index.js'))}));
    console.log(JSON.stringify(found));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: { PATH: process.env['PATH'], GCLOUD_PROJECT: 'demo-bench', RECADO_SIGN_IN_LIMIT: 'true' },
    maxBuffer: 16 * 1024 * 1024,
  });
  const endpoints = JSON.parse(stdout) as Record<string, Endpoint>;
  return Object.entries(endpoints).map(([target, endpoint]) => ({
    target,
    kind: kindOf(target, endpoint),
  }));
}

function kindOf(target: string, endpoint: Endpoint): Kind {
  if (endpoint.httpsTrigger ?? endpoint.blockingTrigger) return 'https';
  if (endpoint.callableTrigger) return 'callable';
  if (endpoint.taskQueueTrigger) return 'task';
  if (endpoint.scheduleTrigger) return 'schedule';
  const event = endpoint.eventTrigger?.eventType ?? '';
  if (event.includes('firestore')) return 'firestore';
  if (event.includes('pubsub')) return 'pubsub';
  throw new Error(`${target} has a trigger that the benchmark does not know: ${event}`);
}
