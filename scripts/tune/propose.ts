import thresholds from '../../functions/src/shared/thresholds.json' with { type: 'json' };
import { concurrencyFor, type Limits, type Stress } from './concurrency.ts';
import { memoryFor, type Peak } from './memory.ts';
import { commandFor, GROUPS, TUNED, type Tuned } from './parameters.ts';
import { chooseFrom, MIN_RUNS } from './sweep.ts';
import { figure } from './text.ts';
import type { Decision, Evidence, Proposal, Results } from './types.ts';

/** A function that had fewer requests in a run was not under load. */
const MIN_REQUESTS = 100;

const { resources, load } = thresholds;
const LIMITS: Limits = {
  ...resources,
  p95Ms: { whatsappWebhook: load.latencyMs.full.webhook.p95 },
};

/** A parameter's value in the project, and its default. */
export interface Value {
  present: number;
  preset: number;
}

/**
 * Proposes a value for every parameter, with the measurements that support it. Pure: the same
 * results give the same proposals. Runs in which anything got lost or doubled say nothing.
 *
 * @param results the newest first
 */
export function propose(results: Results, values: ReadonlyMap<string, Value>): Proposal[] {
  const proposals: Proposal[] = [];
  for (const tuned of TUNED) {
    const value = values.get(tuned.name);
    if (value) proposals.push(proposalOf(tuned, value, decide(tuned, value, results, proposals)));
  }
  return proposals;
}

function proposalOf(tuned: Tuned, { present }: Value, { proposed, why }: Decision): Proposal {
  const verdict = proposed === null ? 'missing' : proposed === present ? 'keep' : 'change';
  return {
    parameter: tuned.name,
    ...{ readAt: tuned.readAt, present, proposed, verdict, why },
    command: verdict === 'missing' ? commandFor(tuned) : null,
  };
}

/** @param before what is proposed already: memory depends on requests at once */
function decide(
  tuned: Tuned,
  value: Value,
  results: Results,
  before: readonly Proposal[],
): Decision {
  const { instance } = tuned;
  const group = instance && GROUPS[instance.group];
  if (instance?.size === 'memory' && group) {
    const peaks = peaksOf(instance.group, results, before);
    const seen = new Set(peaks.map(({ function: name }) => name));
    const isWhole = group.isWhole && group.functions.every((name) => seen.has(name));
    return explained(memoryFor(peaks, value.present, isWhole), results, tuned);
  }
  const sweep = sweepOf(tuned.name, results);
  const chosen = sweep ? chooseFrom(sweep, value.present) : NOTHING;
  if (chosen.proposed !== null) return chosen;
  const stresses = group ? stressesOf(group.functions, results) : [];
  const ofLoad = concurrencyFor(stresses, value.present, LIMITS);
  if (ofLoad.proposed !== null) return ofLoad;
  const { proposed, why } = goalsOf(tuned, value, results);
  return explained({ proposed, why: [...chosen.why, ...why] }, results, tuned);
}

const NOTHING: Decision = { proposed: null, why: [] };

/** The newest sweep of a parameter. */
const sweepOf = (parameter: string, { sweeps }: Results): Results['sweeps'][number] | undefined =>
  sweeps.find(({ data }) => data.parameter === parameter);

/** Whether nothing got lost, doubled or miscounted. */
const isSound = ({ data }: Results['loads'][number]): boolean =>
  data.correctness.every(({ ok }) => ok);

/** The most memory of each function, over all loads and what its sweep took at the proposed value. */
function peaksOf(
  group: keyof typeof GROUPS,
  results: Results,
  before: readonly Proposal[],
): Peak[] {
  const { functions } = GROUPS[group];
  const ofLoads = results.loads.filter(isSound).flatMap(({ file, data }) =>
    functions.flatMap((name): Peak[] => {
      const count = data.telemetry.requests[name]?.count ?? 0;
      const mb = data.telemetry.functions[name]?.rssMb ?? 0;
      if (count < MIN_REQUESTS || mb === 0) return [];
      const under = `${figure(count, 'requests')} of ${data.profile}`;
      return [{ function: name, mb, under, file }];
    }),
  );
  const atOnce = TUNED.find(
    ({ instance }) => instance?.size === 'concurrency' && instance.group === group,
  );
  const sweep = atOnce && sweepOf(atOnce.name, results);
  const chosen = before.find(({ parameter }) => parameter === atOnce?.name);
  const value = chosen?.proposed ?? chosen?.present;
  const measured = sweep?.data.candidates.find((each) => each.value === value);
  if (!sweep || measured?.rssMb === undefined || measured.runs.length < MIN_RUNS) return ofLoads;
  const under = `${measured.value} requests at once`;
  return [...ofLoads, { function: functions[0], mb: measured.rssMb, under, file: sweep.file }];
}

/** How functions did in the newest full load; in the short form they share two processors with all else. */
function stressesOf(functions: readonly string[], { loads }: Results): Stress[] {
  for (const { file, data } of loads.filter(isSound)) {
    if (data.form !== 'full') continue;
    const found = functions.flatMap((name): Stress[] => {
      const requests = data.telemetry.requests[name];
      const used = data.telemetry.functions[name];
      if (!requests || !used || requests.count < MIN_REQUESTS) return [];
      const { cpuPercent, eventLoopDelayMs } = used;
      return [{ function: name, cpuPercent, eventLoopDelayMs, p95Ms: requests.p95, file }];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** A benchmark runs with the defaults: where its goals are met, they may stay. */
function goalsOf({ bench }: Tuned, { present, preset }: Value, { benches }: Results): Decision {
  if (bench === undefined || present !== preset) return NOTHING;
  for (const { file, data } of benches) {
    const entry = data.entries.find(({ name }) => name === bench);
    if (!entry || entry.goals.length === 0) continue;
    const goals = entry.goals.map(({ text, isMet }) => `${text} ${isMet ? '✓' : '✗'}`).join(', ');
    const text = `${bench} ${figure(entry.value, entry.unit)}, goal ${goals}`;
    const isMet = entry.goals.every((goal) => goal.isMet);
    return { proposed: isMet ? present : null, why: [{ text, file }] };
  }
  return NOTHING;
}

/** Where nothing is proposed, says why loads were left out. */
function explained(decision: Decision, { loads }: Results, { instance }: Tuned): Decision {
  if (decision.proposed !== null || !instance) return decision;
  const why = loads.map((load): Evidence => {
    const { data, file } = load;
    const broken = data.correctness.find(({ ok }) => !ok);
    if (broken) return { text: `left out: ${broken.name} failed`, file };
    if (instance.size === 'concurrency' && data.form === 'short') {
      return { text: 'left out: the short form shares its processors with the emulators', file };
    }
    return { text: `left out: fewer than ${MIN_REQUESTS} requests of these functions`, file };
  });
  return { proposed: null, why: [...decision.why, ...why] };
}
