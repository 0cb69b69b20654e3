import { auditWrite } from '../audit/record';
import { batchGet } from '../batch/batchGet';
import { parts } from '../batch/chunk';
import { filterOf } from '../contacts/find';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import { toE164 } from '../shared/phone';
import type { Member } from '../team/schema';
import { fingerprintOf, freshDraft, storeDraft, writeRows, type Defined } from './drafts';
import { known } from './known';
import { parseCsv, parseNumbers, type ParsedList } from './list';
import type {
  Audience,
  AudienceInput,
  Campaign,
  CreateInput,
  Exclusions,
  UpdateInput,
} from './schema';
import { campaigns, forgetCampaign, rowsId, ROWS_PER_PART, updateCampaign } from './store';

/**
 * Creates a draft. Repeating a call with its `campaignId` gives the first one's result.
 *
 * @throws AppError `already-exists` where the id was used for something else
 */
export async function createDraft(member: Member, input: CreateInput): Promise<Defined> {
  const { campaignId, audience: given, exclude, ...definition } = input;
  const { audience, rows } = audienceOf(given);
  await checkSources(audience, exclude);
  const campaign: Campaign = {
    ...definition,
    exclude: checkedExclusions(exclude),
    audience,
    ...freshDraft(member, fingerprintOf(input)),
  };
  await storeRows(campaignId, audience, rows);
  return storeDraft(member, campaignId, campaign);
}

/** Changes what is given of a draft. Done twice it is done once. */
export async function updateDraft(member: Member, input: UpdateInput): Promise<Defined> {
  const { campaignId, audience: given, exclude, ...change } = input;
  const { data, version } = await known(campaignId);
  if (data.status !== 'draft') {
    throw new AppError('failed-precondition', `It is ${data.status}; only drafts can be changed.`, {
      details: { reason: 'not-a-draft', hint: 'Clone it and change the clone.' },
    });
  }
  const variants = change.variants ?? data.variants;
  const abTest = change.abTest === undefined ? data.abTest : change.abTest;
  if ((variants.length === 2) !== (abTest !== null)) {
    throw new AppError('invalid-argument', '"abTest" goes with two variants.', {
      details: { reason: 'invalid', field: 'abTest' },
    });
  }
  const list = given && audienceOf(given);
  await checkSources(list?.audience, exclude);
  if (list) await storeRows(campaignId, list.audience, list.rows);
  const fields = Object.fromEntries(
    Object.entries({ ...change, ...(list ? { audience: list.audience } : {}) }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  try {
    await commit([
      updateCampaign(
        campaignId,
        {
          ...fields,
          ...(exclude ? { exclude: checkedExclusions(exclude) } : {}),
          updatedAt: now(),
        },
        version,
      ),
      auditWrite(member.uid, 'campaigns.update', `campaigns/${campaignId}`, {
        fields: Object.keys(fields),
      }),
    ]);
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new AppError('aborted', 'The draft changed meanwhile; look at it and try again.', {
      details: { reason: 'changed-meanwhile' },
    });
  }
  forgetCampaign(campaignId, data.channelId);
  return { campaignId, audience: list?.audience ?? data.audience };
}

/** An audience as it is stored, with the rows of a list. */
function audienceOf(input: AudienceInput): { audience: Audience; rows: ParsedList['rows'] } {
  switch (input.kind) {
    case 'contacts': {
      const { segmentId, filter = {} } = input;
      return {
        audience:
          segmentId === undefined ? { kind: 'contacts', filter } : { kind: 'segment', segmentId },
        rows: [],
      };
    }
    case 'campaign':
      return { audience: input, rows: [] };
    case 'numbers':
      return listOf(parseNumbers(input.numbers));
    case 'csv':
      return listOf(parseCsv(input.csv, input.phoneColumn));
  }
}

function listOf({ rows, columns, invalid, duplicates, examples }: ParsedList) {
  if (rows.length === 0) {
    throw new AppError('invalid-argument', 'There is no usable number in the list.', {
      details: {
        reason: 'empty-list',
        field: 'audience',
        examples,
        hint: 'Numbers need their country code, like +34600111222.',
      },
    });
  }
  return {
    audience: {
      kind: 'list',
      // The same list has the same id: storing it twice is storing it once.
      listId: hashId('list', JSON.stringify([columns, rows])),
      rows: rows.length,
      columns,
      invalid,
      duplicates,
      examples,
    } as const,
    rows,
  };
}

/** Before the campaign that refers to them; rows without a campaign harm nobody. */
async function storeRows(
  campaignId: string,
  audience: Audience,
  rows: ParsedList['rows'],
): Promise<void> {
  if (audience.kind !== 'list') return;
  const { listId } = audience;
  await writeRows(
    campaignId,
    parts(rows, ROWS_PER_PART).map((part, n) => [rowsId(listId, n), part]),
  );
}

/** A slip in another campaign's id must not mean that nobody is written to, or too many are. */
async function checkSources(
  audience: Audience | undefined,
  exclude: Exclusions | undefined,
): Promise<void> {
  if (audience?.kind === 'segment') await filterOf(audience);
  const source = audience?.kind === 'campaign' ? [audience.campaignId] : [];
  const found = await batchGet(campaigns, [...source, ...(exclude?.campaignIds ?? [])], {
    fields: ['status'],
  });
  const index = found.findIndex(({ data }) => data === undefined);
  if (index < 0) return;
  throw new AppError('invalid-argument', `There is no campaign "${found[index]?.id}".`, {
    details: {
      reason: 'unknown-campaign',
      field: index < source.length ? 'audience.campaignId' : 'exclude.campaignIds',
    },
  });
}

function checkedExclusions(exclude: Exclusions): Exclusions {
  const wrong = exclude.numbers.filter((number) => toE164(number) === null);
  if (wrong.length > 0) {
    throw new AppError('invalid-argument', 'An excluded number is none.', {
      details: {
        reason: 'invalid-number',
        field: 'exclude.numbers',
        count: wrong.length,
        hint: 'Write it like +34600111222.',
      },
    });
  }
  return exclude;
}
