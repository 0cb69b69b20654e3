import { alertEmails, alertWebhookUrl, projectId } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import type { Read } from '../platform/firestore';
import { log } from '../platform/log';
import { changesOf, runbookOf, type AlertChange } from './rules';
import type { Alert, Facts } from './schema';
import { readActiveAlerts, readAlerts, writeAlert, writeMail } from './store';

/** Subjects are ids and names of functions; what an id of a document may not have is left out. */
const alertId = (rule: string, subject: string): string =>
  `${rule}_${subject.replace(/[^\w.-]/g, '-').slice(0, 200)}`;

/**
 * Opens and closes alerts as the facts ask. Each change is one commit on the version that was read,
 * with the mail in it: of two runs one counts, and what is open is not opened again.
 *
 * @returns the alerts that are open now, or of which the webhook has to be told
 */
export async function applyAlerts(facts: Facts): Promise<(Read<Alert> & { data: Alert })[]> {
  const active = await readActiveAlerts();
  const open = active.flatMap(({ data }) => (data.status === 'open' ? [data] : []));
  const changes = changesOf(facts, open);
  if (changes.length === 0) return active;
  const stored = await readAlerts(changes.map(idOf));
  // eslint-disable-next-line recado/no-firestore-in-loops -- each alert is a commit of its own, with its mail: one that conflicts stops no other
  await Promise.all(changes.map((change, n) => applyChange(change, stored[n] as Read<Alert>)));
  return readActiveAlerts();
}

const idOf = ({ rule, finding }: AlertChange): string => alertId(rule.id, finding.subject);

async function applyChange(change: AlertChange, { id, data, version }: Read<Alert>): Promise<void> {
  const { rule, finding, to } = change;
  const at = now();
  const episode = to === 'open' ? (data?.episode ?? 0) + 1 : (data?.episode ?? 1);
  const isTold = alertWebhookUrl() !== '';
  const alert: Alert = {
    rule: rule.id,
    subject: finding.subject,
    severity: rule.severity,
    title: rule.title,
    text: finding.text,
    value: finding.value,
    status: to,
    openedAt: to === 'open' ? at : (data?.openedAt ?? at),
    closedAt: to === 'open' ? null : at,
    episode,
    isActive: to === 'open' || isTold,
    toTell: isTold ? (to === 'open' ? 'opened' : 'closed') : null,
    attempts: 0,
    toldAt: null,
    tellError: null,
  };
  try {
    await commit([writeAlert(id, alert, version), ...mailOf(id, alert, rule.help)]);
  } catch (error) {
    // Another run was faster.
    if (!isConflict(error)) throw error;
    return;
  }
  // Cloud Monitoring's policies are made of these lines.
  const fields = {
    event: `alert-${to}`,
    rule: rule.id,
    subjectId: finding.subject,
    value: finding.value,
  };
  if (to === 'open') log.warn(`alert: ${rule.title}`, fields);
  else log.info(`alert is over: ${rule.title}`, fields);
}

function mailOf(id: string, alert: Alert, help: string): WriteOp[] {
  const to = alertEmails();
  if (to.length === 0) return [];
  const isOpen = alert.status === 'open';
  const subject = `[Recado ${projectId()}] ${isOpen ? alert.severity : 'over'}: ${alert.title}`;
  const what = isOpen ? `${help}\nWhat to do: ${runbookOf(alert.rule)}` : 'It is over.';
  const text = `${alert.title}\n${alert.subject}: ${alert.text}\n\n${what}`;
  const mailId = `${id}_${alert.episode}_${alert.status}`;
  return [writeMail(mailId, { to, message: { subject, text } })];
}
