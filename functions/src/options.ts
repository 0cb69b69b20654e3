import { setGlobalOptions } from 'firebase-functions/options';
import { region, sizes } from './params';

/** What holds for every function unless its entry says otherwise. */
setGlobalOptions({
  region: region(),
  ...sizes.function,
  timeoutSeconds: 60,
  // A bound on the bill; the webhook and the queue have their own.
  maxInstances: 20,
});
