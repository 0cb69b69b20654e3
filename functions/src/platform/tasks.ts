import { getFunctions } from 'firebase-admin/functions';
import { region } from '../params';
import { hashId } from '../shared/ids';
import { adminApp } from './app';
import { elapsed, now } from './clock';
import { log, logs } from './log';
import { counter, histogram } from './metrics';

interface EnqueueOptions {
  /** Tasks of the same key are created once (Cloud Tasks remembers for up to 24 h). */
  key: string;
  /** When it is to run, epoch ms; omitted: at once. */
  at?: number;
  /** How long an answer is waited for before the task is delivered again; 1,800 at most. */
  deadlineSeconds?: number;
}

/**
 * Hands work to a task queue function, named as deployed (`queue-normal`).
 *
 * @returns `false` when a task of this key exists or existed already
 */
export async function enqueue(
  queue: string,
  payload: Record<string, unknown>,
  options: EnqueueOptions,
): Promise<boolean> {
  const started = elapsed();
  let outcome = 'failed';
  try {
    const isNew = await create(queue, payload, options);
    outcome = isNew ? 'created' : 'duplicate';
    return isNew;
  } finally {
    counter('recado_tasks_enqueued_total', queue, outcome).inc();
    histogram('recado_task_enqueue_duration_seconds').observe((elapsed() - started) / 1_000);
    if (logs('debug')) log.debug('task', { queue, outcome });
  }
}

async function create(
  queue: string,
  payload: Record<string, unknown>,
  { key, at, deadlineSeconds = 120 }: EnqueueOptions,
): Promise<boolean> {
  const tasks = getFunctions(adminApp()).taskQueue(`locations/${region()}/functions/${queue}`);
  try {
    await tasks.enqueue(payload, {
      // Ids with a common prefix make Cloud Tasks slow, hence the hash.
      id: hashId(key),
      ...(at !== undefined && at > now() ? { scheduleTime: new Date(at) } : {}),
      dispatchDeadlineSeconds: deadlineSeconds,
    });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'functions/task-already-exists') return false;
    throw error;
  }
}
