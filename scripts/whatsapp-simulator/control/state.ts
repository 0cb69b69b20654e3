import { mergeConfig } from '../config.ts';
import type {
  ConfigPatch,
  FaultInput,
  FaultList,
  PhoneNumber,
  SimulatorConfig,
  SimulatorStats,
  Template,
} from '../types.ts';
import { ControlError } from './error.ts';
import type { ControlHandler } from './handler.ts';

const DEFAULT_IDLE_MS = 30_000;

/** The body may carry configuration overrides. */
export const reset: ControlHandler = (simulator, request): SimulatorConfig => {
  simulator.reset(request.json() as ConfigPatch);
  return simulator.world.config;
};

export const getConfig: ControlHandler = ({ world }): SimulatorConfig => world.config;

export const patchConfig: ControlHandler = ({ world }, request): SimulatorConfig => {
  world.config = mergeConfig(world.config, request.json() as ConfigPatch);
  return world.config;
};

export const listFaults: ControlHandler = ({ world }): FaultList => ({
  faults: world.faults.list(),
});

/** Adds one fault or a list of them. */
export const addFaults: ControlHandler = ({ world }, request): FaultList => {
  world.faults.add([request.json() as FaultInput].flat());
  return { faults: world.faults.list() };
};

/** Replaces all faults. */
export const setFaults: ControlHandler = ({ world }, request): FaultList => {
  world.faults.replace([request.json() as FaultInput].flat());
  return { faults: world.faults.list() };
};

export const clearFaults: ControlHandler = ({ world }): FaultList => {
  world.faults.clear();
  return { faults: [] };
};

/** Creates or changes a template; what the body leaves out stays, or is the simplest there is. */
export const putTemplate: ControlHandler = ({ world }, request, params): Template => {
  const { name = '', language = '' } = params;
  const template: Template = {
    id: `3${String(world.templates.list().length + 1).padStart(14, '0')}`,
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [],
    ...world.templates.find(name, language),
    ...(request.json() as Partial<Template>),
    name,
    language,
  };
  world.templates.put(template);
  return template;
};

/** Creates or changes a phone number, likewise. */
export const putNumber: ControlHandler = ({ world }, request, params): PhoneNumber => {
  const { id = '' } = params;
  const number: PhoneNumber = {
    displayPhoneNumber: `+34 699 ${id.slice(-6)}`,
    verifiedName: `Number ${id}`,
    qualityRating: 'GREEN',
    status: 'CONNECTED',
    ...world.numbers.get(id),
    ...(request.json() as Partial<PhoneNumber>),
    id,
  };
  world.numbers.set(id, number);
  return number;
};

/** Waits until no webhook is pending; 408 when that takes longer than `timeoutMs`. */
export const idle: ControlHandler = async ({ world }, request): Promise<SimulatorStats> => {
  const { timeoutMs = DEFAULT_IDLE_MS } = request.json() as { timeoutMs?: number };
  if (await world.outbox.idle(timeoutMs)) return world.stats();
  throw new ControlError(408, `${world.outbox.stats.pending} webhook updates are still pending.`);
};
