import { z } from 'zod';
import { batchQuery, type QueryPage } from '../batch/batchQuery';
import { batchUpdate, type Update } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { wabaId } from '../params';
import { now } from '../platform/clock';
import { callGraph } from '../platform/whatsapp/client';
import { AppError } from '../shared/errors';
import { metaTemplate, templateIdOf, toTemplate } from './rules';
import type { Template } from './schema';
import { forgetTemplate, templates } from './store';

const page = z.object({
  data: z.array(z.unknown()),
  paging: z
    .object({
      cursors: z.object({ after: z.string().optional() }).optional(),
      next: z.string().optional(),
    })
    .optional(),
});

const PAGE = 100;
/** An account has 6,000 templates at most; the bound ends a cursor that goes in circles. */
const MAX_PAGES = 100;
/** Templates that are gone stay stored, so there may be more. */
const STORED_PAGE = 10_000;

/**
 * Copies the account's templates from Meta. Unchanged ones cost no write; one that is gone at
 * Meta is kept as DELETED, since messages refer to it. Run again it continues the truth, not a job.
 */
export async function syncTemplates(): Promise<{ templates: number; changed: number }> {
  if (wabaId() === '') {
    throw new AppError('failed-precondition', 'Set the parameter WABA_ID to sync templates.', {
      details: { reason: 'no-account' },
    });
  }
  const [listed, stored] = await Promise.all([listTemplates(), storedTemplates()]);

  const changes: Update<Template>[] = [];
  for (const [id, wanted] of listed) {
    const known = stored.get(id);
    if (!known || !sameTemplate(known, wanted)) changes.push({ kind: 'set', id, data: wanted });
  }
  for (const [id, known] of stored) {
    if (!listed.has(id) && known.status !== 'DELETED') {
      changes.push({ kind: 'update', id, data: { status: 'DELETED', updatedAt: now() } });
    }
  }
  const { ok } = throwIfFailed(await batchUpdate(templates, changes));
  return { templates: listed.size, changed: ok };
}

async function storedTemplates(): Promise<Map<string, Template>> {
  const stored = new Map<string, Template>();
  let page: QueryPage<Template> | undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  do {
    const cursor = page?.cursor ?? null;
    page = await batchQuery(templates, [{ where: [] }], { limit: STORED_PAGE, cursor });
    for (const { id, data } of page.items) stored.set(id, data);
  } while (page.cursor);
  return stored;
}

async function listTemplates(): Promise<Map<string, Template>> {
  const listed = new Map<string, Template>();
  let after = '';
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const cursor = after ? `&after=${encodeURIComponent(after)}` : '';
    const outcome = await callGraph('GET', `${wabaId()}/message_templates?limit=${PAGE}${cursor}`);
    const parsed = outcome.kind === 'accepted' ? page.safeParse(outcome.body) : undefined;
    if (!parsed?.success) {
      throw new AppError('unavailable', 'WhatsApp did not list the templates; try again later.', {
        details: outcome.kind === 'rejected' ? { code: outcome.error.code } : {},
      });
    }
    for (const raw of parsed.data.data) {
      const meta = metaTemplate.safeParse(raw);
      if (!meta.success) continue;
      listed.set(templateIdOf(meta.data.name, meta.data.language), toTemplate(meta.data, now()));
    }
    after = parsed.data.paging?.next ? (parsed.data.paging.cursors?.after ?? '') : '';
    if (!after) break;
  }
  return listed;
}

const sameTemplate = (a: Template, b: Template): boolean =>
  JSON.stringify(sorted({ ...a, updatedAt: 0 })) === JSON.stringify(sorted({ ...b, updatedAt: 0 }));

/** Firestore gives a map's keys back in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** What a webhook tells of a template. */
export interface TemplateChange {
  name: string;
  language: string;
  status: string;
  reason: string | undefined;
}

/** Applies what webhooks tell of templates; those that were never synced are left for the sync. */
export async function templatesChanged(changes: readonly TemplateChange[]): Promise<void> {
  const updates = changes.flatMap(({ name, language, status, reason }): Update<Template>[] => {
    const id = templateIdOf(name, language);
    if (!/^(?!__.*__$)[\w-]{1,600}$/.test(id)) return [];
    return [{ kind: 'update', id, data: { status, reason: reason ?? null, updatedAt: now() } }];
  });
  const report = await batchUpdate(templates, updates);
  for (const { id } of updates) forgetTemplate(id);
  throwIfFailed(report);
}
