/** What functions-framework and Node ask of a domain. */
interface Domain {
  on(): Domain;
  run(work: () => void): void;
  bind<T>(callback: T): T;
  /** Node hands a rejection that nobody handled to the domain in place of the process. */
  emit(event: 'error', reason: unknown): boolean;
}

/**
 * Has functions-framework run requests without Node's domains. Once a process has made one, Node
 * follows every promise in it, which makes awaiting twelve times as slow: a quarter of a busy
 * instance's processor time. Domains serve only who throws outside of promises; such an error ends
 * the instance from here on, as an unhandled rejection does.
 */
export function runWithoutDomains(): void {
  const host: { emit(event: string, reason: unknown): boolean } = process;
  const none: Domain = {
    on: () => none,
    run: (work) => work(),
    bind: (callback) => callback,
    emit: (_, reason) => host.emit('unhandledRejection', reason),
  };
  Object.assign(process.getBuiltinModule('node:domain'), { create: () => none });
  // Functions of events bind their callback to the domain that they find here.
  Object.assign(process, { domain: none });
}
