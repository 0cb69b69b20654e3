import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { ROOT } from './paths.ts';

const LIB = join(ROOT, 'functions', 'lib');
const ENTRY = 'entry-of-zod';
const REQUIRE = 'require("zod")';

/** The messages in fifty languages, of which only English is used; the library names that one itself. */
const LANGUAGES = /locales[\\/]index\.[cm]?js$/;

const plugin: Plugin = {
  name: 'zod-alone',
  resolveId(source) {
    if (source === ENTRY) return `\0${ENTRY}`;
    return LANGUAGES.test(source) ? '\0nothing' : null;
  },
  load(id) {
    if (id === `\0${ENTRY}`) {
      const zod = join(ROOT, 'functions', 'node_modules', 'zod', 'index.js');
      return `export { z } from ${JSON.stringify(zod)};`;
    }
    return id === '\0nothing' ? 'export {};' : null;
  },
};

/**
 * Makes one file of zod's hundred in functions/lib and has the compiled modules load that: every
 * function loads zod when it starts, and this takes a third of the time.
 */
async function bundleZod(): Promise<void> {
  const bundle = await rolldown({ input: ENTRY, platform: 'node', plugins: [plugin] });
  await bundle.write({ file: join(LIB, 'zod.js'), format: 'cjs' });
  await bundle.close();
  for (const entry of readdirSync(LIB, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue;
    const file = join(entry.parentPath, entry.name);
    const code = readFileSync(file, 'utf8');
    if (!code.includes(REQUIRE)) continue;
    const path = relative(entry.parentPath, join(LIB, 'zod.js')).split(sep).join('/');
    const own = path.startsWith('.') ? path : `./${path}`;
    writeFileSync(file, code.replaceAll(REQUIRE, `require("${own}")`));
  }
}

await bundleZod();
