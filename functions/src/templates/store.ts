import { collection } from '../batch/collection';
import { createCache } from '../platform/cache';
import { read, type Read } from '../platform/firestore';
import type { Template } from './schema';

export const templates = collection<Template>('templates');

/** A template that Meta paused meanwhile is refused by Meta, so this costs nothing but a try. */
const TEMPLATE_TTL_MS = 60_000;
const snapshots = createCache<Read<Template>>({ name: 'templates', maxAgeMs: TEMPLATE_TTL_MS });

export const templateSnapshot = (id: string): Promise<Read<Template>> =>
  snapshots.get(id, () => read<Template>(`${templates.path}/${id}`));

export const forgetTemplate = (id: string): void => snapshots.delete(id);
