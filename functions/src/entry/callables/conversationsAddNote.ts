import { addNoteInput } from '../../conversations/schema';
import { addNote } from '../../messages/addNote';
import { AGENTS, callable } from '../guard';

/** Adds a note to a thread that only the team sees. */
export const conversationsAddNote = callable({ roles: AGENTS, input: addNoteInput }, addNote);
