import { expect, it } from 'vitest';
import { projectOf } from './target.ts';

it.each([
  ['https://europe-west1-acme-support.cloudfunctions.net', 'acme-support'],
  ['http://127.0.0.1:5001/demo-recado/europe-west1', 'demo-recado'],
])('finds the project of %s', (target, project) => {
  expect(projectOf(target)).toBe(project);
});

it.each([
  'https://example.com',
  'http://127.0.0.1:5001/',
  'http://127.0.0.1:5001/acme/europe-west1',
])('refuses %s', (target) => {
  expect(() => projectOf(target)).toThrow('--target takes');
});
