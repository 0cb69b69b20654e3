import { randomInt } from 'node:crypto';
import { missing, ok, skipped, type Check, type Finding } from './check.ts';
import { webhookUrlOf, regionOf, type Manifest } from './manifest.ts';
import { once, type Project } from './project.ts';
import type { Redactor } from './redact.ts';
import { valueOf, type Setting } from './settings.ts';

/** What runs in the project, and what it talks to. */
export interface Live extends Project {
  manifest: Manifest;
  settings: Setting[];
  /** Every secret that is fetched goes in here first. */
  redactor: Redactor;
  /** A phone number id; else those of WABA_ID are looked at. */
  number?: string | undefined;
  fetch: typeof fetch;
}

interface Deployed {
  id: string;
  uri?: string;
  state?: string;
}

const FUNCTIONS = 'functions';
const TIMEOUT_MS = 20_000;

export function liveChecks(live: Live): Check[] {
  const { projectId, cli, manifest } = live;
  const deploy = `npm run deploy -- --project ${projectId}`;
  const list = once(() => cli.json<Deployed[]>(['functions:list', '--project', projectId]));
  return [
    {
      name: FUNCTIONS,
      needs: ['project'],
      run: async () => {
        const answer = await list();
        if (!answer.ok) return missing(answer.error, deploy);
        return judgeFunctions(Object.keys(manifest.endpoints), answer.result, deploy);
      },
    },
    {
      name: 'webhook',
      needs: ['secret WHATSAPP_VERIFY_TOKEN', FUNCTIONS],
      run: async () => {
        const answer = await list();
        const deployed = answer.ok ? answer.result : [];
        const url =
          deployed.find(({ id }) => id === 'whatsappWebhook')?.uri ??
          webhookUrlOf(projectId, regionOf(manifest));
        return shakeHands(live, url, deploy);
      },
    },
    {
      name: 'WhatsApp number',
      needs: ['secret WHATSAPP_TOKEN'],
      run: () => checkNumbers(live),
    },
    {
      name: 'WhatsApp account',
      needs: ['secret WHATSAPP_TOKEN'],
      run: () => checkSubscription(live),
    },
  ];
}

export function judgeFunctions(expected: string[], deployed: Deployed[], mend: string): Finding {
  const lacking = expected.filter((name) => !deployed.some(({ id }) => id === name));
  const failed = deployed.filter(({ state = 'ACTIVE' }) => state !== 'ACTIVE');
  if (lacking.length > 0) return missing(`not deployed: ${lacking.join(', ')}`, mend);
  if (failed.length > 0) {
    return missing(`not running: ${failed.map(({ id }) => id).join(', ')}`, mend);
  }
  return ok(`${expected.length} deployed`);
}

/** Asks the webhook what Meta asks it when it is registered. */
async function shakeHands(live: Live, url: string, deploy: string): Promise<Finding> {
  const token = await secretValue(live, 'WHATSAPP_VERIFY_TOKEN');
  const challenge = String(randomInt(1_000_000_000));
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': token,
    'hub.challenge': challenge,
  });
  const response = await live.fetch(`${url}?${query.toString()}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return judgeHandshake(url, response.status, (await response.text()) === challenge, deploy);
}

export function judgeHandshake(
  url: string,
  status: number,
  challengeReturned: boolean,
  deploy: string,
): Finding {
  if (status === 200 && challengeReturned) return ok(url);
  const detail = `${url} answers the handshake with ${status}`;
  return status === 403
    ? missing(`${detail}: it runs with another WHATSAPP_VERIFY_TOKEN, or is not public`, deploy)
    : missing(detail, deploy);
}

async function checkNumbers(live: Live): Promise<Finding> {
  const waba = valueOf(live.settings, 'WABA_ID');
  if (live.number === undefined && waba === '') {
    return skipped('no number named', 'npm run doctor -- --project ID --number PHONE_NUMBER_ID');
  }
  const answers =
    live.number === undefined
      ? await graph<{ data: PhoneNumber[] }>(live, `${waba}/phone_numbers?${FIELDS}`)
      : await graph<PhoneNumber>(live, `${live.number}?${FIELDS}`);
  if ('error' in answers) return judgeGraphError(answers.error);
  return judgeNumbers('data' in answers ? answers.data : [answers]);
}

const FIELDS = 'fields=display_phone_number,verified_name,quality_rating';

interface PhoneNumber {
  id: string;
  display_phone_number?: string;
  verified_name?: string;
  quality_rating?: string;
}

export function judgeNumbers(numbers: PhoneNumber[]): Finding {
  if (numbers.length === 0) {
    return missing('the WhatsApp account has no number', 'Add one in the WhatsApp Manager.');
  }
  return ok(
    numbers
      .map(
        ({ id, display_phone_number = '?', verified_name = '', quality_rating = 'UNKNOWN' }) =>
          `${display_phone_number} ${verified_name} (${id}), quality ${quality_rating}`,
      )
      .join('\n'),
  );
}

async function checkSubscription(live: Live): Promise<Finding> {
  const waba = valueOf(live.settings, 'WABA_ID');
  if (waba === '') {
    return skipped('WABA_ID is not set', `WABA_ID=… in functions/.env.${live.projectId}`);
  }
  const answer = await graph<{ data: unknown[] }>(live, `${waba}/subscribed_apps`);
  if ('error' in answer) return judgeGraphError(answer.error);
  if (answer.data.length > 0) return ok('sends its webhooks to an app');
  const url = graphUrl(live.settings, `${waba}/subscribed_apps`);
  return missing(
    'no app is subscribed to it, so no webhook is sent',
    `curl -X POST -H "Authorization: Bearer $WHATSAPP_TOKEN" ${url}`,
  );
}

interface GraphError {
  code: number;
  message: string;
}

export function judgeGraphError({ code, message }: GraphError): Finding {
  const detail = `WhatsApp says: ${message} (${code})`;
  if (code === 0 || code === 190) {
    return missing(detail, 'Set WHATSAPP_TOKEN to a permanent token of a system user.');
  }
  return missing(
    detail,
    'Check the id, and that the system user of WHATSAPP_TOKEN has whatsapp_business_messaging ' +
      'and whatsapp_business_management for it.',
  );
}

async function graph<T extends object>(
  live: Live,
  path: string,
): Promise<T | { error: GraphError }> {
  const token = await secretValue(live, 'WHATSAPP_TOKEN');
  const response = await live.fetch(graphUrl(live.settings, path), {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return (await response.json()) as T | { error: GraphError };
}

function graphUrl(settings: Setting[], path: string): string {
  const base = valueOf(settings, 'GRAPH_BASE').replace(/\/+$/, '');
  return `${base}/${valueOf(settings, 'GRAPH_VERSION')}/${path}`;
}

async function secretValue({ cli, projectId, redactor }: Live, name: string): Promise<string> {
  const answer = await cli.text(['functions:secrets:access', name, '--project', projectId]);
  if (!answer.ok) throw new Error(`${name} cannot be read: ${answer.error}`);
  // Nothing but the last line is the value.
  const value = answer.result.trim().split('\n').at(-1) ?? '';
  redactor.add(value);
  return value;
}
