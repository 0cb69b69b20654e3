/** With it, functions take tokens that nobody signed: their project has no Auth emulator. */
export const UNVERIFIED_TOKENS = {
  FIREBASE_DEBUG_MODE: 'true',
  FIREBASE_DEBUG_FEATURES: JSON.stringify({ skipTokenVerification: true }),
} as const;

/** A member's token, as unsigned as the Auth emulator's are; good for an hour. */
export function memberToken(project: string, uid: string, role = 'agent'): string {
  const seconds = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: `https://securetoken.google.com/${project}`,
    aud: project,
    ...{ sub: uid, user_id: uid, role },
    ...{ iat: seconds, auth_time: seconds, exp: seconds + 3_600 },
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
}
