import { setGlobalOptions } from 'firebase-functions/options';
import { region } from './params';

/** What holds for every function unless its entry says otherwise. */
setGlobalOptions({
  region: region(),
  memory: '256MiB',
  concurrency: 80,
  timeoutSeconds: 60,
  // A bound on the bill; the webhook and the queue have their own.
  maxInstances: 20,
});
