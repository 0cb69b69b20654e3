import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escape } from '../../report/charts.ts';
import type { CpuSummary, Frame } from './aggregate.ts';

/** A frame as the page has it: name, place, kind, own and whole milliseconds, what it called. */
type Drawn = [name: string, at: string, kind: string, self: number, total: number, calls: Drawn[]];

/** Narrower frames are left out; at the widest they would be a pixel. */
const LEAST_SHARE = 0.0005;

/** A flame graph of one page that loads nothing and zooms; icicles, callers above. Pure. */
export function flamePage(title: string, summary: CpuSummary): string {
  const { busyMs, seconds, root } = summary;
  const data = JSON.stringify(draw({ ...root, name: 'all' }, root.totalMs * LEAST_SHARE));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<p>${seconds.toFixed(1)} s, of which ${(busyMs / 1_000).toFixed(2)} s busy; idle time is left out. Click a frame to zoom, the top one to go back.
<label>Find <input id="find" type="search"></label> <span id="found"></span></p>
<p class="legend">${LEGEND.map(([kind, text]) => `<span class="${kind}">${text}</span>`).join(' ')}</p>
<div id="flame"></div><p id="told">&nbsp;</p>
<script type="application/json" id="data">${forScript(data)}</script>
<script>${CLIENT}</script>
</body></html>
`;
}

const CLIENT = readFileSync(join(import.meta.dirname, 'flameClient.js'), 'utf8');

const LEGEND = [
  ['own', 'recado'],
  ['package', 'packages'],
  ['node', 'Node'],
  ['native', 'Node’s C++'],
  ['engine', 'engine'],
  ['gc', 'garbage collection'],
] as const;

const KINDS: Record<string, string> = {
  recado: 'own',
  node: 'node',
  native: 'native',
  engine: 'engine',
  gc: 'gc',
};

function draw({ name, at, owner, selfMs, totalMs, children }: Frame, least: number): Drawn {
  const calls = children
    .filter((child) => child.totalMs > 0 && child.totalMs >= least)
    .sort((a, b) => b.totalMs - a.totalMs)
    .map((child) => draw(child, least));
  return [name, at, KINDS[owner] ?? 'package', round(selfMs), round(totalMs), calls];
}

const round = (ms: number): number => Math.round(ms * 100) / 100;

/** Nothing in a name may end the script that it stands in. */
const forScript = (json: string): string => json.replaceAll('<', '\\u003c');

const STYLE = `
:root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;margin:1.5rem}h1{font-size:1.2rem}
#flame{position:relative;overflow:hidden}#flame div{position:absolute;height:17px;line-height:17px;font-size:11px;padding:0 3px;box-sizing:border-box;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;cursor:pointer;border:1px solid Canvas;border-radius:2px;color:#000}
#flame div:hover{filter:brightness(1.15)}#flame div.match{outline:2px solid #cf222e}
.legend span{padding:0 .5rem;margin-right:.3rem;color:#000}
.own{background:#ffa657}.package{background:#a5d6ff}.node{background:#b4e6b4}.native{background:#d2e7b0}.engine{background:#d0d7de}.gc{background:#ff9d94}
`;
