// Runs Kyverno's own command line where it is installed: `kyverno apply` on files that are written for it and removed again. No shell, no cluster; bounded in
// time and output. Source: kyverno.io/docs/kyverno-cli/reference/kyverno_apply.
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { JsonMap } from '../../../platform/json.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** What `kyverno apply` is given. */
export interface KyvernoInput {
  readonly policies: readonly JsonMap[];
  readonly exceptions: readonly JsonMap[];
  readonly resources: readonly JsonMap[];
}

/** Gives what `kyverno apply --policy-report` prints. */
export type KyvernoProgram = (input: KyvernoInput) => Promise<string>;

const MILLISECONDS = 300_000;
const QUOTED = 1000;
const NOWHERE = '/nonexistent';

/**
 * The kyverno that KYVERNO_BIN names, else the first on PATH.
 * @throws PlimsollError `unsupported` when there is none
 */
export function findKyverno(environment: Readonly<Record<string, string | undefined>>): KyvernoProgram {
  const { KYVERNO_BIN: named = '', PATH: path = '' } = environment;
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const program = [...(named === '' ? folders.map((folder) => join(folder, 'kyverno')) : [named])].find(isProgram);
  if (program === undefined) {
    const where = named === '' ? 'there is no kyverno on PATH' : `KYVERNO_BIN names ${named}, which is no program`;
    throw new PlimsollError('unsupported', `${where}: install Kyverno's command line, or leave --engine out`);
  }
  return (input) => apply(program, input, path);
}

async function apply(
  program: string,
  { policies, exceptions, resources }: KyvernoInput,
  path: string,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kyverno-'));
  try {
    const write = (name: string, objects: readonly JsonMap[]): string => {
      const file = join(folder, name);
      writeFileSync(file, objects.map((one) => `${JSON.stringify(one)}\n`).join('---\n'), { mode: 0o600 });
      return file;
    };
    const args = [
      'apply',
      write('policies.yaml', policies),
      '--resource',
      write('resources.yaml', resources),
      '--policy-report',
    ];
    if (exceptions.length > 0) args.push('--exception', write('exceptions.yaml', exceptions));
    return await run(program, args, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It ends with 1 where a rule fails, and says so in the report; without a report it did not get that far. */
function run(program: string, args: readonly string[], path: string): Promise<string> {
  const env = { PATH: path, HOME: NOWHERE, KUBECONFIG: NOWHERE };
  const limits = { timeout: MILLISECONDS, killSignal: 'SIGKILL', maxBuffer: LIMITS.releaseFileBytes } as const;
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { encoding: 'utf8', env, ...limits }, (error, stdout, stderr) => {
      if (error === null || (error.code === 1 && /^apiVersion:/m.test(stdout))) resolve(stdout);
      else if (error.killed === true)
        reject(new LimitError(`kyverno did not finish within ${MILLISECONDS / 1000} seconds`));
      else {
        const said = (stderr.trim() === '' ? messageOf(error) : stderr.trim()).slice(0, QUOTED);
        reject(new PlimsollError('input-unreadable', `kyverno apply: ${said}`, { cause: error }));
      }
    });
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
