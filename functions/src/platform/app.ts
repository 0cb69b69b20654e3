import { getApp, getApps, initializeApp, type App } from 'firebase-admin/app';

const DEFAULT = '[DEFAULT]';

/**
 * The Admin SDK's default app, opened when it is first needed. That there is some app does not mean
 * that there is this one: firebase-functions opens one of its own to verify a callable's token.
 */
export const adminApp = (): App =>
  getApps().some(({ name }) => name === DEFAULT) ? getApp() : initializeApp();
