import { ROOT } from '../../lib/paths.ts';
import { tableOf } from '../table.ts';
import type { ModuleTime } from './launch.ts';

interface PackageTime {
  name: string;
  files: number;
  /** Milliseconds in its own files. */
  own: number;
  /** With what they loaded first, other packages too. */
  inclusive: number;
}

/** The package that a file belongs to; the product's own files are one. */
function packageOf(file: string): string {
  const found = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1];
  return found?.replaceAll('\\', '/') ?? (file.startsWith(ROOT) ? 'functions' : 'other');
}

/** What loading cost by package, the most expensive first. */
function packageTimes(modules: Record<string, ModuleTime>): PackageTime[] {
  const packages = new Map<string, PackageTime>();
  for (const [file, { own, inclusive, parent }] of Object.entries(modules)) {
    const name = packageOf(file);
    const time = packages.get(name) ?? { name, files: 0, own: 0, inclusive: 0 };
    time.files++;
    time.own += own;
    // Only where another package loaded it; the rest is within that already.
    if (parent === null || packageOf(parent) !== name) time.inclusive += inclusive;
    packages.set(name, time);
  }
  return [...packages.values()].sort((a, b) => b.own - a.own);
}

const TOP = 10;

/** The ten packages that cost most. */
export function modulesTable(title: string, modules: Record<string, ModuleTime>): string {
  const rows = packageTimes(modules)
    .slice(0, TOP)
    .map(({ name, files, own, inclusive }) => [
      name,
      String(files),
      own.toFixed(1),
      inclusive.toFixed(1),
    ]);
  return `${title}\n${tableOf(['package', 'files', 'own ms', 'with others ms'], rows)}`;
}
