import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch } from '../../../functions/lib/campaigns/launch.js';
import { createDraft } from '../../../functions/lib/campaigns/define.js';
import { report, type ReportRow } from '../../../functions/lib/campaigns/report.js';
import { createInput } from '../../../functions/lib/campaigns/schema.js';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { onFirestoreOperation } from '../../../functions/lib/platform/meter.js';
import { LOCAL } from '../../lib/localConfig.ts';
import { ROOT } from '../../lib/paths.ts';
import { billFor, type Bill } from '../cost/bill.ts';
import { TEMPLATE } from './people.ts';

const MEMBER = { uid: 'supervisor1', role: 'supervisor' } as const;

/** Points what of the product runs in this process to a project, whatever it worked on before. */
export async function useProject(projectId: string): Promise<void> {
  const requireAsFunctions = createRequire(join(ROOT, 'functions', 'package.json'));
  const { deleteApp, getApps } = requireAsFunctions('firebase-admin/app') as {
    getApps: () => object[];
    deleteApp: (app: object) => Promise<void>;
  };
  process.env['GCLOUD_PROJECT'] = projectId;
  await Promise.all([closeDb(), ...getApps().map(deleteApp)]);
}

/** Creates and launches the campaign, as the callables do; gives what that cost. */
export const launchCampaign = (campaignId: string): Promise<Bill> =>
  billFor(onFirestoreOperation, async () => {
    const input = createInput.parse({
      campaignId,
      name: 'Offer',
      channelId: LOCAL.channelId,
      variants: [
        {
          template: TEMPLATE,
          variables: { 'body.1': { field: 'firstName', fallback: 'hola' } },
        },
      ],
      audience: { kind: 'contacts', filter: { anyTag: ['offers'] } },
    });
    await createDraft(MEMBER, input);
    await launch(MEMBER, campaignId);
  });

/** The whole report, page by page, with what it cost. */
export async function reportOf(campaignId: string): Promise<{ rows: ReportRow[]; bill: Bill }> {
  const rows: ReportRow[] = [];
  const bill = await billFor(onFirestoreOperation, async () => {
    let cursor: string | undefined;
    do {
      const page = await report({ campaignId, format: 'json', cursor });
      rows.push(...(page.rows ?? []));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  });
  return { rows, bill };
}
