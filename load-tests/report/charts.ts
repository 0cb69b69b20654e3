/** A line of a chart: a name and its values, one a step; gaps are `null`. */
export interface Line {
  name: string;
  points: readonly { x: number; y: number }[];
}

/** A part of the width that has a name: a phase. */
export interface Band {
  name: string;
  from: number;
  to: number;
}

export interface Chart {
  title: string;
  /** Of the values, for the axis. */
  unit: string;
  lines: readonly Line[];
  bands?: readonly Band[];
  /** A level to be seen, such as a limit. */
  limit?: number;
}

const WIDTH = 860;
const HEIGHT = 260;
const AREA = { left: 56, right: 12, top: 12, bottom: 28 };
const STEPS = 4;
/** A band that is narrower has no room for its name. */
const LABEL = 60;

/** Draws lines over the seconds of a run, as inline SVG; colours come from the page's styles. */
export function drawChart({ title, unit, lines, bands = [], limit }: Chart): string {
  const points = lines.flatMap((line) => line.points);
  const most = (values: readonly number[], least: number): number =>
    values.reduce((max, value) => Math.max(max, value), least);
  const xMax = most([...points.map(({ x }) => x), ...bands.map(({ to }) => to)], 1);
  const yMax = ceiling(most([...points.map(({ y }) => y), limit ?? 0], 0));
  const x = (value: number): string =>
    (AREA.left + (value / xMax) * (WIDTH - AREA.left - AREA.right)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - AREA.bottom - (value / yMax) * (HEIGHT - AREA.top - AREA.bottom)).toFixed(1);

  const shades = bands.map(
    ({ name, from, to }, n) =>
      `<rect class="band${n % 2}" x="${x(from)}" y="${AREA.top}" width="${(Number(x(to)) - Number(x(from))).toFixed(1)}" height="${HEIGHT - AREA.top - AREA.bottom}"/>` +
      (Number(x(to)) - Number(x(from)) < LABEL
        ? ''
        : `<text class="phase" x="${x((from + to) / 2)}" y="${AREA.top + 12}">${escape(name)}</text>`),
  );
  const grid = Array.from({ length: STEPS + 1 }, (_, n) => {
    const value = (yMax * n) / STEPS;
    const at = y(value);
    return (
      `<line class="grid" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${at}" y2="${at}"/>` +
      `<text class="value" x="${AREA.left - 6}" y="${Number(at) + 4}">${short(value)}</text>`
    );
  });
  const seconds = Array.from({ length: STEPS + 1 }, (_, n) => {
    const value = (xMax * n) / STEPS;
    return `<text class="second" x="${x(value)}" y="${HEIGHT - 8}">${Math.round(value)} s</text>`;
  });
  const level =
    limit === undefined
      ? ''
      : `<line class="limit" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${y(limit)}" y2="${y(limit)}"/>`;
  const paths = lines.map(
    ({ name, points: own }, n) =>
      `<polyline class="line${n % COLOURS}" points="${own.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')}"><title>${escape(name)}</title></polyline>`,
  );
  const legend = lines.map(
    ({ name }, n) => `<span class="key${n % COLOURS}">${escape(name)}</span>`,
  );
  return (
    `<figure><figcaption>${escape(title)} <small>${escape(unit)}</small></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">` +
    `${[...shades, ...grid, ...seconds, level, ...paths].join('')}</svg>` +
    `<p class="legend">${legend.join(' ')}${limit === undefined ? '' : ' <span class="keylimit">limit</span>'}</p></figure>`
  );
}

/** As many as the page's styles have; more lines would not be told apart. */
export const COLOURS = 6;

/** The next round number: 1, 2 or 5 of a power of ten. */
export function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((step) => step * power >= value) ?? 10) * power;
}

const short = (value: number): string =>
  value >= 10_000 ? `${Math.round(value / 1_000)}k` : String(Number(value.toPrecision(3)));

/** Text for HTML; names come from code, but a page is no place to rely on it. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
