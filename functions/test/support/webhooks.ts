export * from '../../../scripts/lib/webhookBodies.ts';
