import { MIB } from '../platform/cache';
import { createSharedCache } from '../platform/cache/shared';
import { atOneMoment } from '../platform/firestore';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import type { Member } from '../team/schema';
import { collect, sumUp, type Collected } from './collect';
import { familyWith, type Family } from './families';
import { startsOf } from './levels';
import type { GetInput, Granularity, Group, Level } from './schema';
import { readMetrics, readOpenMinutes, type Stored } from './store';
import { summaryOf, type Summary } from './summary';

/** The figures of a period, and of one value of the group. */
export type MetricRow = Summary & { start: number; end: number; group: string | null };

/** The figures of a whole range, by value of the group. */
type Total = Summary & { group: string | null };

/** What `analytics-get` answers. */
export interface Metrics {
  /** The range, grown to whole periods. */
  from: number;
  to: number;
  /** A row a period; with a group, one for each of its values that has figures then. */
  rows?: MetricRow[];
  csv?: string;
  totals: Total[];
  /** Of as many periods before, where that was asked for. */
  before: { from: number; to: number; totals: Total[] } | null;
  /** Goes on after these rows; null at the end. */
  nextCursor: string | null;
}

const LEVELS: Record<Granularity, Level> = {
  minute: 'minute',
  hour: 'hour',
  day: 'hour',
  month: 'day',
};
/** With the minutes that are not merged yet, no call reads more than ten. */
const MAX_DOCUMENTS = 8;
const MAX_OPEN = 2;

type Answer = Pick<Metrics, 'from' | 'to' | 'totals' | 'before'> & { rows: MetricRow[] };
type Question = Omit<GetInput, 'format' | 'limit' | 'cursor'>;

/** Figures change once a minute; what is as old as this may be shown again. */
const MAX_AGE_MS = 10_000;
const answers = createSharedCache<Answer>({
  name: 'figures',
  schema: 1,
  maxAgeMs: MAX_AGE_MS,
  recheckMs: MAX_AGE_MS,
  maxBytes: 8 * MIB,
});

/**
 * Figures of a range by period of a time zone, and by one dimension if wanted: at most ten reads,
 * and none if the same was asked within 10 s. They are about half a minute old.
 *
 * @throws AppError `invalid-argument` for a range of too many documents (`details.reason`
 *   `range-too-long`), or dimensions that are not counted together (`not-together`);
 *   `permission-denied` for an agent who asks for others' figures
 */
export async function getMetrics(
  member: Pick<Member, 'uid' | 'role'>,
  { format, limit, cursor, ...asked }: GetInput,
): Promise<Metrics> {
  const question = { ...asked, where: allowedWhere(member, asked.where) };
  const { rows, ...rest } = await answers.get(hashId(JSON.stringify(question)), [], () =>
    answer(question),
  );
  const first = Number(cursor ?? 0);
  const page = rows.slice(first, first + limit);
  const shown =
    format === 'csv'
      ? { csv: (await import('./csv.js')).toCsv(page, first === 0) }
      : { rows: page };
  const isEnd = first + limit >= rows.length;
  return { ...rest, ...shown, nextCursor: isEnd ? null : String(first + limit) };
}

/** Agents see what is their own. */
function allowedWhere(
  { uid, role }: Pick<Member, 'uid' | 'role'>,
  where: GetInput['where'],
): GetInput['where'] {
  if (role !== 'agent') return where;
  if ((where.agentId ?? uid) !== uid) {
    throw new AppError('permission-denied', 'Agents see figures of their own only.', {
      details: { reason: 'not-yours', field: 'where.agentId' },
    });
  }
  return { ...where, agentId: uid };
}

async function answer(question: Question): Promise<Answer> {
  const { from, to, granularity, timeZone, group, where, compare } = question;
  // The time zones' rules take a while to load.
  const { boundsBefore, boundsOf } = await import('./periods.js');
  const bounds = boundsOf(from, to, granularity, timeZone);
  const earlier = compare ? boundsBefore(bounds, granularity, timeZone) : [];
  const [start, end] = [bounds[0] as number, bounds.at(-1) as number];

  const level = LEVELS[granularity];
  const family = familyOf(level, group, where);
  const documents = await read(level, earlier[0] ?? start, end, family);
  const wanted = { group, where, family: level === 'minute' ? undefined : family };
  const collected = collect(documents, bounds, wanted);
  return {
    from: start,
    to: end,
    rows: rowsOf(collected, bounds, group),
    totals: totalsOf(collected),
    before: compare
      ? {
          from: earlier[0] as number,
          to: start,
          totals: totalsOf(collect(documents, earlier, wanted)),
        }
      : null,
  };
}

function familyOf(
  level: Level,
  group: Group | undefined,
  where: GetInput['where'],
): Family | undefined {
  const wanted = [...(Object.keys(where) as Group[]), ...(group ? [group] : [])];
  const family = familyWith(wanted);
  if (family !== undefined || level === 'minute') return family;
  throw new AppError(
    'invalid-argument',
    `${wanted.join(', ')} are counted together by minute only.`,
    {
      details: {
        reason: 'not-together',
        hint: 'Ask for channel, direction and type; or for a campaign, an agent or a link, each with its channel.',
      },
    },
  );
}

async function read(
  level: Level,
  from: number,
  to: number,
  family: Family | undefined,
): Promise<Stored[]> {
  const starts = startsOf(level, from, to);
  if (starts.length > MAX_DOCUMENTS) {
    throw new AppError('invalid-argument', 'The range is too long for periods this short.', {
      details: {
        reason: 'range-too-long',
        hint: 'By minute up to 1¾ hours, by hour or day 3½ months, by month 7 years; comparing halves that.',
      },
    });
  }
  if (level === 'minute') return readMetrics(starts.map((start) => ({ level, start })));
  const wanted = starts.map((start) => ({ level, start, ...(family ? { family } : {}) }));
  // Minutes that are merged in between would be missed, or counted twice.
  return atOneMoment(async (transaction) => {
    const open = await readOpenMinutes(MAX_OPEN, transaction);
    return [...open, ...(await readMetrics(wanted, transaction))];
  });
}

function rowsOf(
  collected: Collected,
  bounds: readonly number[],
  group: Group | undefined,
): MetricRow[] {
  return bounds.slice(0, -1).flatMap((start, period) => {
    const groups = collected.get(period) ?? new Map(group === undefined ? [[null, new Map()]] : []);
    return [...groups].sort(byGroup).map(([value, sums]) => ({
      start,
      end: bounds[period + 1] as number,
      group: value,
      ...summaryOf(sums),
    }));
  });
}

const totalsOf = (collected: Collected): Total[] =>
  [...sumUp(collected)]
    .sort(byGroup)
    .map(([value, sums]) => ({ group: value, ...summaryOf(sums) }));

const byGroup = ([a]: [string | null, unknown], [b]: [string | null, unknown]): number =>
  (a ?? '') < (b ?? '') ? -1 : 1;
