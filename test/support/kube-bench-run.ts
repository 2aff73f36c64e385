// kube-bench as a reference for tests: runs the audits of a check with the real shell of this machine, and judges what they print by rules written for this
// purpose alone, straight from its documentation (docs/controls.md). Checks of the plain CIS files only.
import { spawnSync } from 'node:child_process';
import { parse } from 'yaml';

/** A check as its YAML has it. */
export interface RawCheck {
  readonly id: string;
  readonly audit?: string;
  readonly audit_config?: string;
  readonly type?: string;
  readonly scored?: boolean;
  readonly use_multiple_values?: boolean;
  readonly tests?: {
    readonly bin_op?: string;
    readonly test_items: readonly {
      readonly flag?: string;
      readonly path?: string;
      readonly env?: string;
      readonly set?: boolean;
      readonly compare?: { readonly op: string; readonly value: unknown };
    }[];
  };
}

/** Runs a check. */
export class KubeBenchRun {
  readonly #printed = new Map<string, { readonly text: string; readonly status: number }>();

  /** @param check with every variable replaced */
  state(check: RawCheck): string {
    const { type, scored = false, tests } = check;
    if (type === 'manual') return 'WARN';
    const bad = scored ? 'FAIL' : 'WARN';
    const audit = this.#run(check.audit ?? '');
    const config = this.#run(check.audit_config ?? '');
    if (audit.status !== 0 || config.status !== 0) return bad;
    const results = (tests?.test_items ?? []).map((item) => {
      const { flag = '', path = '', env, set = true, compare } = item;
      const lines = (text: string) => {
        const trimmed = text.replace(/[ \n]+$/, '');
        return check.use_multiple_values === true ? trimmed.split('\n') : [trimmed];
      };
      const holds = (found: string | undefined): boolean => {
        if (!set) return found === undefined;
        if (found === undefined || compare === undefined) return found !== undefined;
        return compares(compare.op, found, String(compare.value));
      };
      const walk = (text: string, find: (line: string) => string | undefined) => {
        let last = { found: undefined as string | undefined, good: false };
        for (const line of lines(text)) {
          const found = find(line);
          last = { found, good: holds(found) };
          if (!last.good) break;
        }
        return last;
      };
      let result = walk(audit.text, (line) => flagIn(line, flag));
      if (result.found === undefined && check.audit_config !== undefined) {
        result = walk(config.text, (text) => pathIn(text, path));
      }
      if (result.found === undefined && env !== undefined) result = walk('', () => undefined);
      return result.good;
    });
    const good = tests?.bin_op === 'or' ? results.includes(true) : !results.includes(false);
    return good ? 'PASS' : bad;
  }

  #run(command: string): { readonly text: string; readonly status: number } {
    const known = this.#printed.get(command);
    if (known !== undefined) return known;
    // Both streams in one, as kube-bench reads them.
    const { stdout, status } = spawnSync('/bin/sh', ['-c', 'exec 2>&1; exec /bin/sh'], {
      input: command,
      encoding: 'utf8',
    });
    const printed = command === '' ? { text: '', status: 0 } : { text: stdout, status: status ?? 1 };
    this.#printed.set(command, printed);
    return printed;
  }
}

function flagIn(text: string, flag: string): string | undefined {
  if (flag === '' || !text.includes(flag)) return undefined;
  const match = new RegExp(`(${flag})(=|: *)*([^\\s]*) *`).exec(text);
  if (match === null) return undefined;
  return match[3] || (flag.startsWith('--') ? 'true' : match[1]);
}

function pathIn(text: string, path: string): string | undefined {
  let value: unknown = parse(text, { version: '1.1' });
  const keys = /^\{(?:range )?((?:\.[A-Za-z0-9]+)+)/.exec(path)?.[1]?.slice(1).split('.') ?? [];
  for (const key of keys) value = (value as Record<string, unknown> | null | undefined)?.[key];
  if (Array.isArray(value)) return value.map((one) => `${one},`).join('') || undefined;
  return value === undefined || value === '' ? undefined : String(value);
}

function compares(op: string, found: string, wanted: string): boolean {
  const lower = /^(?:true|false)$/i.test(found) ? found.toLowerCase() : found;
  const parts = (text: string) =>
    text
      .replace(/,+$/, '')
      .split(',')
      .map((one) => one.trim());
  switch (op) {
    case 'eq':
      return lower === wanted;
    case 'noteq':
      return lower !== wanted;
    case 'gte':
      return /^-?\d+$/.test(found) && Number(found) >= Number(wanted);
    case 'gt':
      return /^-?\d+$/.test(found) && Number(found) > Number(wanted);
    case 'has':
      return found.includes(wanted);
    case 'nothave':
      return !found.includes(wanted);
    case 'valid_elements':
      return parts(found).every((one) => parts(wanted).includes(one));
    case 'bitmask':
      return (
        /^[0-7]+$/.test(found) &&
        (Number.parseInt(found, 8) | Number.parseInt(wanted, 8)) === Number.parseInt(wanted, 8)
      );
    default:
      throw new Error(`no operator ${op}`);
  }
}
