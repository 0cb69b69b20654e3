import { alertWebhookUrl, projectId } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import type { Read } from '../platform/firestore';
import { log } from '../platform/log';
import { postJson } from '../platform/postJson';
import { mapConcurrently } from '../shared/async';
import { runbookOf } from './rules';
import type { Alert } from './schema';
import { updateAlert } from './store';

/** A look a minute tries again; after so many it is given up, and the alert says so. */
const MAX_ATTEMPTS = 10;
const TIMEOUT_MS = 5_000;
const CONCURRENCY = 5;

/**
 * Tells the webhook of what it has not been told. It is told at least once: a crash after the
 * answer tells it again, with the same `id` and `episode`.
 */
export async function tellAlerts(active: (Read<Alert> & { data: Alert })[]): Promise<void> {
  const url = alertWebhookUrl();
  const toTell = active.filter(({ data }) => data.toTell !== null);
  // eslint-disable-next-line recado/no-firestore-in-loops -- a write after each answer: what was told is not told again
  await mapConcurrently(toTell, CONCURRENCY, (alert) => tell(url, alert));
}

async function tell(
  url: string,
  { id, data, version }: Read<Alert> & { data: Alert },
): Promise<void> {
  const { rule, subject, severity, title, text, value, openedAt, closedAt, episode, toTell } = data;
  const error =
    url === ''
      ? 'ALERT_WEBHOOK_URL is not set any more'
      : await postJson(
          url,
          {
            event: `alert.${toTell}`,
            project: projectId(),
            ...{ id, episode, rule, subject, severity, title, text, value, openedAt, closedAt },
            runbook: runbookOf(rule),
          },
          TIMEOUT_MS,
        );
  const attempts = data.attempts + 1;
  const isOver = error === null || url === '' || attempts >= MAX_ATTEMPTS;
  if (error !== null) log.warn('an alert could not be told', { rule, attempts, cause: error });
  try {
    await commit([
      updateAlert(
        id,
        {
          attempts,
          tellError: error,
          ...(isOver
            ? {
                toTell: null,
                toldAt: error === null ? now() : null,
                isActive: data.status === 'open',
              }
            : {}),
        },
        version as string,
      ),
    ]);
  } catch (conflict) {
    // It changed meanwhile, so there is something else to tell.
    if (!isConflict(conflict)) throw conflict;
  }
}
