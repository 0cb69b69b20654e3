/** Whether the backend said that it has taken something; without an answer nobody knows. */
type Taken = 'yes' | 'unknown';

export type Status = 'sent' | 'delivered' | 'read';

interface Inbound {
  wamid: string;
  customer: number;
  /** When its webhook was due, epoch ms. */
  dueAt: number;
  taken: Taken;
}

/** What was done, and so has to be found afterwards: no less, and nothing twice. */
export class Ledger {
  /** By the message's id in Firestore. */
  readonly inbound = new Map<string, Inbound>();
  /** By the idempotency key, which is the message's id. */
  readonly outbound = new Map<string, Taken>();
  /** Statuses that the load told, by message; WhatsApp itself says nothing about these messages. */
  readonly statuses = new Map<string, Set<Status>>();
  readonly conversions = new Map<string, Taken>();

  /** Runs what takes some inbound messages; they are noted before, as anything may happen then. */
  async takeInbound(
    messages: readonly { id: string; wamid: string; customer: number }[],
    dueAt: number,
    work: () => Promise<void>,
  ): Promise<void> {
    for (const { id, wamid, customer } of messages) {
      // A copy of one that came before changes nothing of what is known about it.
      if (!this.inbound.has(id)) {
        this.inbound.set(id, { wamid, customer, dueAt, taken: 'unknown' });
      }
    }
    await work();
    for (const { id } of messages) {
      const message = this.inbound.get(id);
      if (message) message.taken = 'yes';
    }
  }

  async takeOutbound(ids: readonly string[], work: () => Promise<void>): Promise<void> {
    await take(this.outbound, ids, work);
  }

  async takeConversion(id: string, work: () => Promise<void>): Promise<void> {
    await take(this.conversions, [id], work);
  }

  /** Only statuses whose POST was answered are expected. */
  async takeStatuses(
    told: readonly { id: string; status: Status }[],
    work: () => Promise<void>,
  ): Promise<void> {
    await work();
    for (const { id, status } of told) {
      const known = this.statuses.get(id);
      if (known) known.add(status);
      else this.statuses.set(id, new Set([status]));
    }
  }
}

async function take(
  into: Map<string, Taken>,
  ids: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  for (const id of ids) into.set(id, 'unknown');
  await work();
  for (const id of ids) into.set(id, 'yes');
}
