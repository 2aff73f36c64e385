// Settings of a node, what runtimes need of them, what is open in which state: reads table.yaml, gives typed rows. Read from beside the program's code,
// or from beside this file where the sources run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { builtFile } from '../../platform/built-file.ts';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import type { Condition } from '../mitigation/bundle/bundle.ts';
import { conditionSchema } from '../mitigation/bundle/schema.ts';

/** A state by the id of its setting: all must hold. */
export type States = Readonly<Record<string, string>>;

/** A setting that a node has in one of its states. */
export interface Setting {
  readonly id: string;
  readonly title: string;
  /** When a node has it at all; absent: always. */
  readonly asked?: Condition;
  readonly states: readonly SettingState[];
  readonly source: string;
}

/** A state, and how it shows. */
export interface SettingState {
  readonly id: string;
  readonly means: string;
  /** Id of the bundle that puts a node into it. */
  readonly mitigation?: string;
  /** Any of them shows it. */
  readonly facts: readonly Condition[];
}

/** A container runtime, or another way to run containers, with what it needs. */
export interface Runtime {
  readonly id: string;
  readonly title: string;
  /** All must hold for it to be there. */
  readonly present: readonly Condition[];
  /** Any of them is enough. */
  readonly works: readonly States[];
  readonly because: string;
  readonly source: string;
}

/** A vulnerability that a setting opens, and that no bundle is for. */
export interface Vulnerability {
  readonly cve: string;
  readonly title: string;
  readonly open: States;
  readonly applies: readonly Condition[];
  readonly note?: string;
  readonly source: string;
}

/** Where a CVE may be though no range of a bundle holds: a vendor may have fixed it there or not. */
export interface Flaw {
  readonly cve: string;
  readonly condition: Condition;
  readonly source: string;
}

/** A control that counts in some states only. */
export interface Control {
  readonly id: string;
  readonly title: string;
  readonly asked: Condition;
  readonly holds: States;
  readonly because: string;
  readonly source: string;
}

/** The whole table. */
export interface ConflictTable {
  readonly settings: readonly Setting[];
  readonly runtimes: readonly Runtime[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly flaws: readonly Flaw[];
  readonly controls: readonly Control[];
}

const FILE = 'conflict-table.yaml';

/** The table that comes with the program. */
export function readConflictTable(): ConflictTable {
  const path = builtFile(FILE) ?? fileURLToPath(new URL('./table.yaml', import.meta.url));
  return parseConflictTable(readFileSync(path, 'utf8'));
}

/** @throws ParseError with line and column: an unknown key, setting or state. */
export function parseConflictTable(text: string): ConflictTable {
  const words = z.string().trim().min(1);
  const id = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  const condition = conditionSchema();
  const states: z.ZodType<States> = z.record(id, id);
  const named = { id, title: words, source: words };
  const table: z.ZodType<ConflictTable> = z
    .strictObject({
      settings: z.array(
        z.strictObject({
          ...named,
          asked: condition.exactOptional(),
          states: z
            .array(
              z.strictObject({ id, means: words, mitigation: id.exactOptional(), facts: z.array(condition).min(1) }),
            )
            .min(2),
        }),
      ),
      runtimes: z.array(
        z.strictObject({ ...named, present: z.array(condition).min(1), works: z.array(states).min(1), because: words }),
      ),
      vulnerabilities: z.array(
        z.strictObject({
          cve: words,
          title: words,
          open: states,
          applies: z.array(condition),
          note: words.exactOptional(),
          source: words,
        }),
      ),
      flaws: z.array(z.strictObject({ cve: words, condition, source: words })),
      controls: z.array(z.strictObject({ ...named, asked: condition, holds: states, because: words })),
    })
    .superRefine(({ settings, runtimes, vulnerabilities, controls }, context) => {
      const known = new Map(settings.map((setting) => [setting.id, setting.states.map((state) => state.id)]));
      const rows = [
        ...runtimes.flatMap(({ works }, at) => works.map((one) => ['runtimes', at, one] as const)),
        ...vulnerabilities.map(({ open }, at) => ['vulnerabilities', at, open] as const),
        ...controls.map(({ holds }, at) => ['controls', at, holds] as const),
      ];
      for (const [list, at, row] of rows) {
        for (const [setting, state] of Object.entries(row)) {
          if (known.get(setting)?.includes(state) === true) continue;
          const message = `there is no state ${state} of a setting ${setting}`;
          context.addIssue({ code: 'custom', path: [list, at], message });
        }
      }
    });
  return checkedYaml(text, FILE, table).value;
}
