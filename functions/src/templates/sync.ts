import { z } from 'zod';
import { wabaId } from '../params';
import { now } from '../platform/clock';
import { commitGroups } from '../platform/commitGroups';
import type { WriteOp } from '../platform/commit';
import { callGraph } from '../platform/whatsapp/client';
import { AppError } from '../shared/errors';
import { metaTemplate, templateIdOf, toTemplate } from './rules';
import type { Template, TemplateContent } from './schema';
import {
  forgetTemplate,
  readTemplates,
  setTemplate,
  templateSnapshot,
  updateTemplate,
} from './store';

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
const MAX_TEMPLATES = 6_000;

/** A template as it was at most a minute ago, or now if `fresh`. */
export async function template(
  { name, language }: TemplateContent,
  fresh = false,
): Promise<Template | undefined> {
  const id = templateIdOf(name, language.code);
  if (fresh) forgetTemplate(id);
  return (await templateSnapshot(id)).data;
}

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
  const listed = await listTemplates();
  const stored = new Map((await readTemplates(MAX_TEMPLATES)).map(({ id, data }) => [id, data]));

  const writes: WriteOp[] = [];
  for (const [id, wanted] of listed) {
    const known = stored.get(id);
    if (!known || !sameTemplate(known, wanted)) writes.push(setTemplate(id, wanted));
    stored.delete(id);
  }
  for (const [id, known] of stored) {
    if (known && known.status !== 'DELETED') {
      writes.push(updateTemplate(id, { status: 'DELETED', updatedAt: now() }));
    }
  }
  await commitGroups(writes.map((write) => [write]));
  return { templates: listed.size, changed: writes.length };
}

async function listTemplates(): Promise<Map<string, Template>> {
  const templates = new Map<string, Template>();
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
      templates.set(templateIdOf(meta.data.name, meta.data.language), toTemplate(meta.data, now()));
    }
    after = parsed.data.paging?.next ? (parsed.data.paging.cursors?.after ?? '') : '';
    if (!after) break;
  }
  return templates;
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

/** Applies what a webhook tells of a template; one that was never synced is left for the sync. */
export async function templateChanged(change: {
  name: string;
  language: string;
  status: string;
  reason: string | undefined;
}): Promise<void> {
  const id = templateIdOf(change.name, change.language);
  if (!/^[\w-]{1,600}$/.test(id)) return;
  await commitGroups([
    [
      updateTemplate(id, {
        status: change.status,
        reason: change.reason ?? null,
        updatedAt: now(),
      }),
    ],
  ]);
  forgetTemplate(id);
}
