import { queueOf } from './queue';

/** Sends messages of the priority "critical". */
export const queueCritical = queueOf('critical');
