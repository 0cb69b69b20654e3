import { deleteApp, getApp, getApps, initializeApp } from 'firebase-admin/app';
import { afterEach, expect, it } from 'vitest';
import { adminApp } from './app';

afterEach(() => Promise.all(getApps().map(deleteApp)));

it('opens the default app beside one that firebase-functions opened for itself', () => {
  initializeApp({ projectId: 'demo-app' }, '__FIREBASE_FUNCTIONS_SDK__');
  const app = adminApp();
  expect(getApp()).toBe(app);
  expect(adminApp()).toBe(app);
});
