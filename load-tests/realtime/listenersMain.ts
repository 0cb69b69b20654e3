// Opens listeners as the team's apps do, in a process of its own, so that they and the load do not
// take each other's time. Speaks with whoever forked it (protocol.ts).
import { initializeApp } from 'firebase/app';
import {
  connectAuthEmulator,
  getAuth,
  signInWithCustomToken,
  signInWithEmailAndPassword,
} from 'firebase/auth';
import {
  connectFirestoreEmulator,
  doc,
  getFirestore,
  onSnapshot,
  type Firestore,
} from 'firebase/firestore';
import type { FromListeners, ListenersConfig, Seen, ToListeners } from './protocol.ts';

/** Listeners of one app share its connection. */
const PER_APP = 50;
const seen: Seen[] = [];
const tell = (message: FromListeners): void => void process.send?.(message);

async function openApp(config: ListenersConfig, n: number): Promise<Firestore> {
  const { projectId, apiKey, emulators, member } = config;
  const app = initializeApp({ projectId, apiKey }, `listeners${n}`);
  const auth = getAuth(app);
  const firestore = getFirestore(app);
  if (emulators) {
    connectAuthEmulator(auth, `http://${emulators.auth}`, { disableWarnings: true });
    const { hostname, port } = new URL(`http://${emulators.firestore}`);
    connectFirestoreEmulator(firestore, hostname, Number(port));
  }
  if ('customToken' in member) await signInWithCustomToken(auth, member.customToken);
  else await signInWithEmailAndPassword(auth, member.email, member.password);
  return firestore;
}

/** Resolves when the first answer is there. */
const listen = (firestore: Firestore, conversationId: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const own: Seen = { conversationId, unread: 0, latest: {} };
    seen.push(own);
    onSnapshot(
      doc(firestore, `conversations/${conversationId}`),
      (snapshot) => {
        own.unread = Number(snapshot.get('unreadCount'));
        own.latest[String(snapshot.get('lastInboundWamid'))] ??=
          performance.timeOrigin + performance.now();
        resolve();
      },
      reject,
    );
  });

async function listenToAll(config: ListenersConfig): Promise<void> {
  const { conversations } = config;
  for (let from = 0; from < conversations.length; from += PER_APP) {
    const firestore = await openApp(config, from / PER_APP);
    const own = conversations.slice(from, from + PER_APP);
    await Promise.all(own.map((id) => listen(firestore, id)));
  }
}

process.on('message', (message: ToListeners) => {
  if ('report' in message) {
    tell({ seen });
    return;
  }
  listenToAll(message.listen).then(
    () => tell({ listening: true }),
    (error: unknown) => tell({ failed: String(error) }),
  );
});
// Whoever forked it is gone.
process.on('disconnect', () => process.exit());
