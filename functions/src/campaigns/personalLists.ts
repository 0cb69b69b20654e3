import { batchQuery } from '../batch/batchQuery';
import type { WriteOp } from '../platform/commit';
import type { PersonalData } from '../platform/personalData';
import type { Version } from '../platform/firestore';
import { mentions, type Person } from '../shared/person';
import type { Campaign, ListRow } from './schema';
import { campaigns, rowsOfCampaign, updateCampaign, updateRows } from './store';

/** Parts of 500 rows each that are looked through at once. */
const PARTS = 10;

interface Looked {
  campaign: { id: string; data: Campaign; version: Version };
  /** Whether it is the campaign's first page. */
  isFirst: boolean;
  parts: { id: string; rows: ListRow[]; version: Version }[];
  cursor: string | null;
}

interface Place {
  /** The cursor of the campaign. */
  campaign: string | null;
  /** The cursor of its parts. */
  parts: string | null;
}

/** The next parts of a list, of one campaign after the other; a list cannot be asked for a number. */
async function look(cursor: string | null): Promise<Looked | undefined> {
  const place: Place =
    cursor === null ? { campaign: null, parts: null } : (JSON.parse(cursor) as Place);
  const page = await batchQuery(campaigns, [{ where: [] }], { limit: 1, cursor: place.campaign });
  const [campaign] = page.items;
  if (!campaign) return undefined;
  const next = page.cursor && JSON.stringify({ campaign: page.cursor, parts: null });
  const isFirst = place.parts === null;
  if (campaign.data.audience.kind !== 'list') return { campaign, isFirst, parts: [], cursor: next };

  const found = await batchQuery(rowsOfCampaign(campaign.id), [{ where: [] }], {
    limit: PARTS,
    cursor: place.parts,
  });
  return {
    campaign,
    isFirst,
    parts: found.items.map(({ id, data, version }) => ({ id, rows: data.rows, version })),
    cursor: found.cursor ? JSON.stringify({ ...place, parts: found.cursor }) : next,
  };
}

const isOf = (person: Person, { phone, values }: ListRow): boolean =>
  person.phones.includes(phone) || mentions(person, values.join(' '));

/** The rows of a person in the lists of campaigns, and their number where a campaign excludes it. */
export const listData: PersonalData = {
  async page(person, cursor) {
    const looked = await look(cursor);
    if (!looked) return { items: [], cursor: null };
    const { audience } = looked.campaign.data;
    const columns = audience.kind === 'list' ? audience.columns : [];
    const items = looked.parts.flatMap(({ rows }) =>
      rows
        .filter((row) => isOf(person, row))
        .map(({ phone, values }) => ({
          campaignId: looked.campaign.id,
          phone,
          row: Object.fromEntries(columns.map((column, n) => [column, values[n] ?? ''])),
        })),
    );
    return { items, cursor: looked.cursor };
  },

  async erase(person, _, cursor) {
    const looked = await look(cursor);
    if (!looked) return { writes: [], erased: {}, cursor: null };
    const { campaign, isFirst, parts } = looked;
    let erased = 0;
    const writes: WriteOp[] = parts.flatMap(({ id, rows, version }) => {
      const kept = rows.filter((row) => !isOf(person, row));
      erased += rows.length - kept.length;
      return kept.length < rows.length ? [updateRows(campaign.id, id, kept, version)] : [];
    });
    const definition = isFirst ? withoutNumbers(person, campaign.data) : undefined;
    if (definition) writes.push(updateCampaign(campaign.id, definition, campaign.version));
    return {
      writes,
      erased: {
        ...(erased > 0 ? { rows: erased } : {}),
        ...(definition ? { campaigns: 1 } : {}),
      },
      cursor: looked.cursor,
    };
  },
};

/** What of a campaign's definition names a number, without it; `undefined` where nothing does. */
function withoutNumbers(
  person: Person,
  { exclude, audience }: Campaign,
): Record<string, unknown> | undefined {
  const fields: Record<string, unknown> = {};
  const names = (text: string): boolean =>
    person.phones.some((phone) => digits(text) === digits(phone)) || mentions(person, text);
  if (exclude.numbers.some(names)) {
    fields['exclude.numbers'] = exclude.numbers.filter((number) => !names(number));
  }
  if (audience.kind === 'list' && audience.examples.some(({ value }) => names(value))) {
    fields['audience.examples'] = audience.examples.filter(({ value }) => !names(value));
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}

const digits = (text: string): string => text.replace(/\D/g, '').replace(/^00/, '');
