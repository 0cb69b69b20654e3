import { messageSource } from '../messages/archiving';
import type { Archived } from './schema';

export type Source = typeof messageSource;

/** How the documents of what is archived are read, deleted and brought back. */
export const SOURCES: Record<Archived, Source> = { messages: messageSource };
