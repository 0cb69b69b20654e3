import { parts } from '../batch/chunk';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit, GRPC, grpcCode, isConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import { toE164 } from '../shared/phone';
import type { Member } from '../team/schema';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { batchPages } from '../batch/batchPages';
import { known, notFound } from './known';
import { parseCsv, parseNumbers, type ParsedList } from './list';
import type {
  Audience,
  AudienceInput,
  Campaign,
  CreateInput,
  Exclusions,
  Totals,
  UpdateInput,
} from './schema';
import {
  createCampaign,
  forgetCampaign,
  readCampaign,
  rowsOfCampaign,
  setRows,
  updateCampaign,
} from './store';

const ROWS_PER_DOCUMENT = 1_000;
/** Rows a commit; with their columns they stay below Firestore's 10 MiB. */
const ROW_DOCUMENTS_PER_COMMIT = 3;

const NO_TOTALS: Totals = {
  recipients: 0,
  accepted: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  failed: 0,
  skipped: 0,
  unknown: 0,
  replied: 0,
  optedOut: 0,
};

/** What a caller learns of a list: what of it can be sent to, and examples of what cannot. */
export interface Defined {
  campaignId: string;
  audience: Audience;
}

/**
 * Creates a draft. Repeating a call with its `campaignId` gives the first one's result.
 *
 * @throws AppError `already-exists` where the id was used for something else
 */
export async function createDraft(member: Member, input: CreateInput): Promise<Defined> {
  const { campaignId, audience: given, exclude, ...definition } = input;
  const { audience, rows } = audienceOf(given);
  const campaign: Campaign = {
    ...definition,
    exclude: checkedExclusions(exclude),
    audience,
    ...fresh(member, fingerprintOf(input)),
  };
  await storeRows(campaignId, rows);
  return store(member, campaignId, campaign);
}

const fingerprintOf = (input: unknown): string => hashId(JSON.stringify(input));

const fresh = (member: Member, fingerprint: string) =>
  ({
    createdBy: member.uid,
    createdAt: now(),
    updatedAt: now(),
    status: 'draft',
    isActive: false,
    isOpen: false,
    winner: null,
    fingerprint,
    isMarketing: false,
    launchedAt: null,
    completedAt: null,
    paused: null,
    isExpanded: false,
    groups: 0,
    excluded: {},
    totals: NO_TOTALS,
    totalsAt: 0,
    attributedUntil: null,
  }) satisfies Partial<Campaign>;

async function store(member: Member, campaignId: string, campaign: Campaign): Promise<Defined> {
  try {
    await commit([
      createCampaign(campaignId, campaign),
      auditWrite(member.uid, 'campaigns.create', `campaigns/${campaignId}`),
    ]);
  } catch (error) {
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
    const { data } = await readCampaign(campaignId);
    if (data?.fingerprint !== campaign.fingerprint) {
      throw new AppError('already-exists', 'This campaignId was used for another campaign.', {
        details: { reason: 'id-reused', field: 'campaignId', hint: 'Use a new id for each.' },
      });
    }
    return { campaignId, audience: data.audience };
  }
  return { campaignId, audience: campaign.audience };
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
  if (list) await storeRows(campaignId, list.rows);
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

/** Makes a draft of what another campaign was, its list included. */
export async function cloneCampaign(
  member: Member,
  { campaignId, from, name }: { campaignId: string; from: string; name?: string | undefined },
): Promise<Defined> {
  const { data } = await known(from);
  if (data.audience.kind === 'list') await copyRows(from, campaignId);
  const campaign: Campaign = {
    name: name ?? data.name,
    channelId: data.channelId,
    variants: data.variants,
    abTest: data.abTest,
    audience: data.audience,
    exclude: data.exclude,
    // Its time has passed.
    schedule: { timeZone: data.schedule.timeZone, ...quietHoursOf(data) },
    ...fresh(member, fingerprintOf({ from, name })),
  };
  return store(member, campaignId, campaign);
}

const quietHoursOf = ({ schedule: { quietHours } }: Campaign) => (quietHours ? { quietHours } : {});

async function copyRows(from: string, to: string): Promise<void> {
  const pages = batchPages(rowsOfCampaign(from), [{ where: [] }], {
    limit: ROW_DOCUMENTS_PER_COMMIT,
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- so many as one commit can hold, then the next
  for await (const { items } of pages) {
    const writes = items.map(({ id, data }) => setRows(to, Number(id), data.rows));
    if (writes.length > 0) await commit(writes);
  }
}

/** An audience as it is stored, with the rows of a list. */
function audienceOf(input: AudienceInput): { audience: Audience; rows: ParsedList['rows'] } {
  switch (input.kind) {
    case 'contacts':
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
    audience: { kind: 'list', rows: rows.length, columns, invalid, duplicates, examples } as const,
    rows,
  };
}

/** Before the campaign that refers to them; rows without a campaign harm nobody. */
async function storeRows(campaignId: string, rows: ParsedList['rows']): Promise<void> {
  if (rows.length === 0) return;
  if ((await readCampaign(campaignId)).data?.status === 'running') throw notFound();
  const documents = parts(rows, ROWS_PER_DOCUMENT);
  throwIfFailed(
    await batchUpdate(
      rowsOfCampaign(campaignId),
      // A shorter list than before must not leave the rest of the longer one behind.
      [...documents, []].map((part, n) => ({ kind: 'set', id: String(n), data: { rows: part } })),
    ),
  );
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
