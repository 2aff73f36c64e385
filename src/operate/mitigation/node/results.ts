// What scripts printed on nodes: lines of JSON, perhaps with a tool's own words around them (`n1: {...}` of pdsh). Everything in them comes from nodes.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { NODE_PLACES, type NodePlaceKind } from './place.ts';

/** What came of one change, reload or probe on one node. */
export interface NodeResult {
  readonly mitigation: string;
  readonly action: 'apply' | 'backout' | 'verify';
  /** Of the script. */
  readonly run: string;
  readonly node: string;
  /** `/etc/machine-id`: another one is another installation. Empty where there is none. */
  readonly machine: string;
  readonly step: string;
  readonly kind: NodePlaceKind | 'reload' | 'probe' | 'node';
  readonly key: string;
  readonly outcome: (typeof OUTCOMES)[number];
  /** Absent: nothing stood there. */
  readonly before?: string;
  readonly after?: string;
}

const OUTCOMES = ['done', 'different', 'failed', 'unreadable', 'not-here', 'not-named', 'pass', 'fail'] as const;
const ACTIONS = ['apply', 'backout', 'verify'] as const;
const KINDS = [...NODE_PLACES, 'reload', 'probe', 'node'] as const;
const MARK = '{"plimsoll":"node-result",';

/**
 * Reads the results in a text; lines without one are passed over.
 * @param file name for messages
 * @throws ParseError for a line that begins as a result and is none: it was cut off or altered; LimitError
 */
export function readNodeResults(text: string, file: string): readonly NodeResult[] {
  if (text.length > LIMITS.mitigationFileBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.mitigationFileBytes} characters`);
  }
  return text.split('\n').flatMap((line, at) => {
    const from = line.indexOf(MARK);
    if (from === -1) return [];
    const result = readResult(line.slice(from).trimEnd());
    if (result === undefined) throw new ParseError(`${file}:${at + 1}: the result of a node is cut off or altered`);
    return [result];
  });
}

function readResult(line: string): NodeResult | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const field = (name: string): string | undefined => {
    const found: unknown = Reflect.get(Object(value), name);
    return typeof found === 'string' ? found : undefined;
  };
  const plain = (name: string): string | undefined => {
    const found = field(name);
    return found === undefined ? undefined : decoded(found);
  };
  const mitigation = field('mitigation');
  const step = field('step');
  const run = field('run');
  const action = ACTIONS.find((one) => one === field('action'));
  const kind = KINDS.find((one) => one === field('kind'));
  const outcome = OUTCOMES.find((one) => one === field('outcome'));
  const [node, machine, key] = [plain('node'), plain('machine'), plain('key')];
  if (mitigation === undefined || step === undefined || run === undefined) return undefined;
  if (action === undefined || kind === undefined) return undefined;
  if (outcome === undefined || node === undefined || machine === undefined || key === undefined) return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(node)) return undefined;
  const [before, after] = [plain('before'), plain('after')];
  return {
    mitigation,
    action,
    run,
    node,
    machine: machine.trim(),
    step,
    kind,
    key,
    outcome,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

/** Base64 as the script writes it; undefined for anything else. */
function decoded(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  return Buffer.from(text, 'base64').toString('utf8');
}
