import { queueOf } from './queue';

/** Sends messages of the priority "low". */
export const queueLow = queueOf('low');
