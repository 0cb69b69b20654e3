import { UserError } from '../../../scripts/lib/fail.ts';
import type { FunctionProcess } from './processes.ts';

export interface Choice {
  chosen: FunctionProcess;
  /** More processes of the same function. */
  others: FunctionProcess[];
}

/**
 * The busiest process of a function, by its name or a part of it (`webhook`). Pure.
 * @throws UserError where none runs, or the part is of several functions
 */
export function choose(running: readonly FunctionProcess[], name: string): Choice {
  const wanted = plain(name);
  const targets = [...new Set(running.map(({ target }) => target))].sort();
  const exact = targets.filter((target) => plain(target) === wanted);
  const matching =
    exact.length > 0 ? exact : targets.filter((each) => plain(each).includes(wanted));
  const [target, ...more] = matching;
  if (target === undefined) {
    throw new UserError(
      `No process of the function ${name} of this project runs here` +
        `${targets.length > 0 ? `; there are ${targets.join(', ')}` : ''}. ` +
        'The emulator starts one with the first request: start the stack with npm start, ' +
        'call the function once, then profile it.',
    );
  }
  if (more.length > 0) {
    throw new UserError(`${name} may be ${matching.join(' or ')}; name one of them.`);
  }
  const [chosen, ...others] = running
    .filter((each) => each.target === target)
    .sort((a, b) => b.cpuSeconds - a.cpuSeconds);
  return { chosen: chosen as FunctionProcess, others };
}

/** `messages-send`, `messages.send` and `messagesSend` are the same function. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
