// The tests that break things on purpose, at their full size: 100 kills of a campaign of 10,000.
process.env['RECADO_CHAOS'] = '1';
process.argv.splice(2, process.argv.length, 'functions/test/kill', 'functions/test/campaigns');
await import('./test.ts');
