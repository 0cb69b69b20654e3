import type { Change } from '../analytics/changes';
import { toVersion } from '../platform/firestore';

/** The part of a trigger's snapshot that is looked at. */
interface Snapshot {
  ref: { path: string };
  updateTime?: Parameters<typeof toVersion>[0];
  data(): object | undefined;
}

/** The part of a trigger's event that is looked at. */
interface TriggerEvent {
  data: { before: Snapshot | undefined; after: Snapshot | undefined } | undefined;
  /** When it was written, ISO 8601. */
  time: string;
}

/** A write that a trigger tells of; `undefined` where it tells of no document. */
export function changeOf<T extends object>({ data, time }: TriggerEvent): Change<T> | undefined {
  const [before, after] = [data?.before?.data(), data?.after?.data()];
  const last = after ? data?.after : data?.before;
  if (!last?.updateTime) return undefined;
  const version = toVersion(last.updateTime);
  return {
    path: last.ref.path,
    before: before as T | undefined,
    after: after as T | undefined,
    version: after ? version : `${version} deleted`,
    at: after ? last.updateTime.toMillis() : Date.parse(time),
  };
}
