// Reads what `helm-tests run --format json` wrote, as far as a comparison needs it.
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { type HelmTestRun, RUN_TIMES } from './compare.ts';
import type { TestOutcome } from './outcome.ts';

const OUTCOMES: readonly TestOutcome[] = ['pass', 'fail', 'no-evidence'];

/**
 * Reads a run. Logs and reasons are left out.
 * @param file name for messages
 * @throws ParseError, LimitError
 */
export function readRun(text: string, file: string): HelmTestRun {
  if (text.length > LIMITS.helmReleaseBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.helmReleaseBytes} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError(`${file}: not JSON`, { cause });
  }
  const as = RUN_TIMES.find((time) => time === memberOf(value, 'as'));
  if (as === undefined || memberOf(value, 'schemaVersion') !== 1) {
    throw new ParseError(`${file}: no run of helm-tests: write it with \`plimsoll helm-tests run --format json\``);
  }
  const releases = listAt(value, 'releases', file).map((release) => ({
    namespace: textAt(release, 'namespace', file),
    release: textAt(release, 'release', file),
    tests: listAt(release, 'tests', file).map((test) => {
      const outcome = OUTCOMES.find((one) => one === memberOf(test, 'outcome'));
      if (outcome === undefined) throw new ParseError(`${file}: a test has no outcome`);
      const [kind, name] = [textAt(test, 'kind', file), textAt(test, 'name', file)];
      return { kind, name, outcome, reason: '', milliseconds: 0, logs: [], gaps: [] };
    }),
  }));
  return { as, at: textAt(value, 'at', file), releases };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listAt(value: unknown, name: string, file: string): readonly unknown[] {
  const list = memberOf(value, name);
  if (Array.isArray(list)) return list;
  throw new ParseError(`${file}: there is no list "${name}"`);
}

function textAt(value: unknown, name: string, file: string): string {
  const text = memberOf(value, name);
  if (typeof text === 'string') return text;
  throw new ParseError(`${file}: there is no "${name}"`);
}
