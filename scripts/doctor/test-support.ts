import type { Answer, FirebaseCli } from './firebaseCli.ts';
import type { Manifest } from './manifest.ts';

/** A Firebase command line that gives these answers, by the command; anything else fails. */
export function fakeCli(answers: Record<string, unknown>): FirebaseCli & { asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(args: string[]): Promise<Answer<T>> => {
    const command = args.slice(0, args.includes('--project') ? -2 : undefined).join(' ');
    asked.push(command);
    const result = answers[command];
    return Promise.resolve(
      result === undefined || result instanceof Error
        ? { ok: false, error: result?.message ?? `no answer to ${command}` }
        : { ok: true, result: result as T },
    );
  };
  return { asked, json: answer, text: (args) => answer<string>(args) };
}

export const MANIFEST: Manifest = {
  endpoints: {
    whatsappWebhook: { region: ['europe-west1'], httpsTrigger: {} },
    'messages-send': { region: ['europe-west1'] },
  },
  params: [
    { name: 'WHATSAPP_TOKEN', type: 'secret' },
    { name: 'WHATSAPP_VERIFY_TOKEN', type: 'secret' },
    { name: 'GRAPH_BASE', type: 'string', default: 'https://graph.example/' },
    { name: 'GRAPH_VERSION', type: 'string', default: 'v25.0' },
    { name: 'WABA_ID', type: 'string', default: '' },
  ],
  requiredAPIs: [{ api: 'cloudtasks.googleapis.com', reason: 'Needed for task queue functions' }],
};
