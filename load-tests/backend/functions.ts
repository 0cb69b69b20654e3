import { freePorts } from '../../scripts/lib/ports.ts';
import { startFunction, type Process } from '../../scripts/bench/processes.ts';

/** What takes part in a run, by its deployed name. */
const FUNCTIONS = [
  'whatsappWebhook',
  'messages-send',
  'messages-sendBulk',
  'queue-critical',
  'queue-normal',
  'queue-low',
  'queue-metrics',
  'analytics-get',
  'analytics-recordConversion',
  'schedules-everyMinute',
  'schedules-analytics',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Functions {
  url(name: string): string;
  stop(): Promise<void>;
}

/**
 * Hosts the functions, each in a process of its own, as Cloud Run does. The functions emulator
 * starts one for each request at once, which says nothing about the deployed ones.
 */
export async function hostFunctions(environment: Record<string, string>): Promise<Functions> {
  const wanted = Object.fromEntries(FUNCTIONS.map((name) => [name, 0])) as Record<string, number>;
  const ports = await freePorts(wanted);
  const processes: Process[] = FUNCTIONS.map((name) =>
    startFunction(name.replace('-', '.'), `load-${name}`, ports[name] as number, environment),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()));
  };
  try {
    await Promise.all(processes.map(({ listening }) => listening));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url(name) {
      const port = ports[name];
      if (port === undefined) throw new Error(`${name} is not hosted`);
      return `http://127.0.0.1:${port}`;
    },
    stop,
  };
}
