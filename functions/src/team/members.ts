import type { Member, Role } from './schema';
import { userSnapshot } from './store';

/**
 * A member who exists and is active, with the role of at most 20 s ago; else `undefined`, as it was
 * at most 2 s ago.
 */
export async function activeMember(uid: string): Promise<Member | undefined> {
  const { data } = await userSnapshot(uid);
  return data?.isActive ? { uid, role: data.role } : undefined;
}

/**
 * Whether a token's role is the member's role. A token lives for up to an hour; whoever was
 * deactivated or given another role since needs a new one.
 */
export async function tokenIsCurrent(uid: string, tokenRole: Role): Promise<boolean> {
  return (await activeMember(uid))?.role === tokenRole;
}
