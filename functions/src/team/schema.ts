import { z } from 'zod';

export const role = z.enum(['admin', 'supervisor', 'agent', 'viewer']);
export type Role = z.infer<typeof role>;

/** Who calls: a signed-in, active member of the team. */
export interface Member {
  uid: string;
  role: Role;
}

/** `users/{uid}`. The role is mirrored into the custom claims of the person's tokens. */
export interface User {
  name: string;
  email: string;
  phone: string | null;
  role: Role;
  isActive: boolean;
  createdAt: number;
  updatedAt: number;
}

const userId = z.string().regex(/^[A-Za-z0-9]{1,128}$/, 'is not the id of a user');

export const inviteInput = z.strictObject({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(100),
  phone: z.string().max(30).optional(),
  role,
});

export const changeRoleInput = z.strictObject({ userId, role });

export const deactivateInput = z.strictObject({ userId });
