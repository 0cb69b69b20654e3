/** What a replay needs of dead letters. */
export { readDeadLetter, readRaw, updateDeadLetter } from './store';
