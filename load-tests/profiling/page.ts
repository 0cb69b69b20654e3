import { drawChart, escape, type Chart } from '../report/charts.ts';
import { STYLE } from '../report/style.ts';

/** A page of charts that needs nothing else. Pure. */
export const chartsPage = (title: string, text: string, charts: readonly Chart[]): string =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
${charts.map(drawChart).join('\n')}
<pre>${escape(text)}</pre>
</body></html>
`;
