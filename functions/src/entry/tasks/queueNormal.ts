import { queueOf } from './queue';

/** Sends messages of the priority "normal". */
export const queueNormal = queueOf('normal');
