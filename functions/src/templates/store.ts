import { createCache } from '../platform/cache';
import type { WriteOp } from '../platform/commit';
import { db, read, readQuery, type Read } from '../platform/firestore';
import type { Template } from './schema';

const path = (id: string): string => `templates/${id}`;

/** A template that Meta paused meanwhile is refused by Meta, so this costs nothing but a try. */
const TEMPLATE_TTL_MS = 60_000;
const templates = createCache<Read<Template>>({ max: 2_000, ttl: TEMPLATE_TTL_MS });

export const templateSnapshot = (id: string): Promise<Read<Template>> =>
  templates.get(id, () => read<Template>(path(id)));

export const forgetTemplate = (id: string): void => templates.delete(id);

export const readTemplates = (limit: number): Promise<Read<Template>[]> =>
  readQuery<Template>(db().collection('templates').limit(limit));

export const setTemplate = (id: string, data: Template): WriteOp => ({
  kind: 'set',
  path: path(id),
  data,
});

export const updateTemplate = (id: string, data: Partial<Template>): WriteOp => ({
  kind: 'update',
  path: path(id),
  data,
});
