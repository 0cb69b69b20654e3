import type {
  BulkInbound,
  ConfigPatch,
  CustomerSends,
  FaultInput,
  FaultList,
  HandshakeResult,
  PhoneNumber,
  SendCounts,
  SendPage,
  SendQuery,
  SimulatorConfig,
  SimulatorStats,
  Template,
  WebhookAnswer,
  WebhookPost,
} from './types.ts';

/**
 * The control API of a running simulator. Every method rejects with the simulator's own message
 * when it refuses.
 */
export class SimulatorClient {
  readonly #url: string;

  /** @param url the simulator's address, e.g. `http://127.0.0.1:8089` */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  health(): Promise<{ ok: true }> {
    return this.#call('GET', '/health');
  }

  /** Forgets everything, the journal too; the configuration is the initial one plus the patch. */
  reset(patch: ConfigPatch = {}): Promise<SimulatorConfig> {
    return this.#call('POST', '/reset', patch);
  }

  config(patch?: ConfigPatch): Promise<SimulatorConfig> {
    return patch ? this.#call('PATCH', '/config', patch) : this.#call('GET', '/config');
  }

  /** A customer writes to the business. */
  customerSends(waId: string, sends: CustomerSends): Promise<{ ids: string[] }> {
    return this.#call('POST', `/customers/${encodeURIComponent(waId)}/messages`, sends);
  }

  /** Many customers write, many messages in one webhook POST. */
  inbound(bulk: BulkInbound): Promise<{ ids: string[] }> {
    return this.#call('POST', '/inbound', bulk);
  }

  /** Posts any body to the webhook and answers what it said. */
  postWebhook(post: WebhookPost): Promise<WebhookAnswer> {
    return this.#call('POST', '/webhooks', post);
  }

  handshake(): Promise<HandshakeResult> {
    return this.#call('POST', '/handshake');
  }

  /** Replaces all faults. */
  setFaults(faults: FaultInput): Promise<FaultList> {
    return this.#call('PUT', '/faults', faults);
  }

  addFaults(faults: FaultInput): Promise<FaultList> {
    return this.#call('POST', '/faults', faults);
  }

  /** The faults in force, with their hits. */
  faults(): Promise<FaultList> {
    return this.#call('GET', '/faults');
  }

  clearFaults(): Promise<FaultList> {
    return this.#call('DELETE', '/faults');
  }

  putTemplate(
    name: string,
    language: string,
    template: Partial<Omit<Template, 'name' | 'language'>> = {},
  ): Promise<Template> {
    const path = `/templates/${encodeURIComponent(name)}/${encodeURIComponent(language)}`;
    return this.#call('PUT', path, template);
  }

  putNumber(id: string, number: Partial<Omit<PhoneNumber, 'id'>> = {}): Promise<PhoneNumber> {
    return this.#call('PUT', `/numbers/${encodeURIComponent(id)}`, number);
  }

  /** A page of the accepted sends. */
  sends(query: SendQuery = {}): Promise<SendPage> {
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) given.set(name, String(value));
    return this.#call('GET', `/sends?${given.toString()}`);
  }

  counts(): Promise<SendCounts> {
    return this.#call('GET', '/sends/counts');
  }

  stats(): Promise<SimulatorStats> {
    return this.#call('GET', '/stats');
  }

  /** Waits until no webhook is pending; rejects when that takes longer. */
  idle(timeoutMs?: number): Promise<SimulatorStats> {
    return this.#call('POST', '/idle', { timeoutMs });
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}/_control${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer as T;
    const { error = 'no reason given' } = answer as { error?: string };
    throw new Error(`The simulator refused ${method} ${path} (${response.status}): ${error}`);
  }
}
