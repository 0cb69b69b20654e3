import { deleteApp, initializeApp } from 'firebase/app';
import { connectAuthEmulator, getAuth, signInWithCustomToken } from 'firebase/auth';
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from 'firebase/firestore';
import { connectFunctionsEmulator, getFunctions, httpsCallable } from 'firebase/functions';
import { LOCAL } from '../lib/localConfig.ts';
import type { Stack } from '../lib/stack.ts';

/** A member's app: what a web or mobile client does, with Firebase's own client library. */
export interface MemberApp {
  call<T = unknown>(name: string, data: unknown): Promise<T>;
  /** The code with which a call is refused; `ok` when it is not. */
  refusal(name: string, data: unknown): Promise<string>;
  /** Listens to a document under the security rules; gives what ends it. */
  listen(path: string, next: (data: Record<string, unknown>) => void): () => void;
  /** What requests to HTTP functions carry. */
  token(): Promise<string>;
  close(): Promise<void>;
}

export async function signIn(stack: Stack, uid: string): Promise<MemberApp> {
  const { getAuth: getAdminAuth } =
    await import('../../functions/node_modules/firebase-admin/lib/auth/index.js');
  const app = initializeApp({ projectId: stack.projectId, apiKey: 'local' }, uid);
  const auth = getAuth(app);
  connectAuthEmulator(auth, `http://127.0.0.1:${stack.ports.auth}`, { disableWarnings: true });
  await signInWithCustomToken(auth, await getAdminAuth().createCustomToken(uid));
  const functions = getFunctions(app, LOCAL.region);
  connectFunctionsEmulator(functions, '127.0.0.1', stack.ports.functions);
  const firestore = getFirestore(app);
  connectFirestoreEmulator(firestore, '127.0.0.1', stack.ports.firestore);

  const call = async <T>(name: string, data: unknown): Promise<T> =>
    (await httpsCallable(functions, name, { timeout: 120_000 })(data)).data as T;
  return {
    call,
    refusal: async (name, data) => {
      try {
        await call(name, data);
        return 'ok';
      } catch (error) {
        const details = (error as { details?: { reason?: string } }).details;
        return details?.reason ?? (error as { code: string }).code;
      }
    },
    listen: (path, next) =>
      onSnapshot(doc(firestore, path), (snapshot) => next(snapshot.data() ?? {})),
    token: async () => (await auth.currentUser?.getIdToken()) ?? '',
    close: () => deleteApp(app),
  };
}
