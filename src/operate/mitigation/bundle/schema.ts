// The form of `mitigation.yaml`, every key checked. Loads zod, so only what reads bundles imports it.
import { z } from 'zod';
import { isDay } from '../../../statements/day.ts';
import { JUSTIFICATIONS } from '../../../statements/statement.ts';
import { VERSION_SCHEMES } from '../../../versions/scheme.ts';
import { parsePath, parsePathPattern } from '../field/path.ts';
import type { Step } from '../step/step.ts';
import type { Bundle, Condition, Verification } from './bundle.ts';

const ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Folders of the kernel's, where a file is no file. */
const NO_FILES = /^\/(?:proc|sys|dev)(?:\/|$)/;

/** The schema of a bundle. */
export function bundleSchema(): z.ZodType<Bundle> {
  const list = <T extends z.ZodType>(item: T) => z.preprocess((value) => value ?? [], z.array(item).max(100));
  const text = z.string().trim().min(1).max(10_000);
  const day = z.string().refine(isDay, 'must be a date as 2027-01-31');
  return z
    .strictObject({
      mitigation: id(),
      version: z.number().int().min(1).max(1_000_000),
      title: text,
      supersedes: list(id()),
      cves: list(z.string().regex(/^CVE-\d{4}-\d{4,}$/, 'must be a CVE id')),
      owner: text,
      created: day,
      expires: day,
      assurance: z.enum(['untested', 'canary', 'tested']),
      effect: z.enum(['removes', 'lowers', 'none']),
      impact: text,
      restarts: z.enum(['none', 'pods', 'services', 'nodes']),
      runbook: text.exactOptional(),
      applies: list(conditionSchema()),
      conflicts: list(z.strictObject({ when: conditionSchema(), reason: text })),
      steps: list(stepSchema()),
      verify: list(verificationSchema()),
      vex: vexSchema().exactOptional(),
    })
    .superRefine((bundle, context) => {
      for (const [path, message] of faults(bundle)) context.addIssue({ code: 'custom', path: [...path], message });
    });
}

type Fault = readonly [path: readonly (string | number)[], message: string];

function faults({ mitigation, created, expires, supersedes, effect, steps, verify }: Bundle): readonly Fault[] {
  const repeated = (names: readonly string[], where: string): readonly Fault[] =>
    names.flatMap((name, at) =>
      names.indexOf(name) === at ? [] : [[[where, at, 'id'], `the id ${name} is there twice`] as const],
    );
  return [
    ...(expires > created ? [] : [[['expires'], 'must be behind the date of creation'] as const]),
    ...(supersedes.includes(mitigation) ? [[['supersedes'], 'a mitigation does not supersede itself'] as const] : []),
    ...(effect !== 'none' && steps.length === 0 ? [[['steps'], 'there is no step: say effect: none'] as const] : []),
    ...steps.flatMap((step, at) =>
      effect === 'none' && step.type !== 'manual'
        ? [[['steps', at], 'with effect: none there are manual steps only'] as const]
        : [],
    ),
    ...repeated(
      steps.map((step) => step.id),
      'steps',
    ),
    ...repeated(
      verify.map((one) => one.id),
      'verify',
    ),
  ];
}

function id() {
  return z.string().regex(ID, 'must be letters, digits and dashes, 63 at most');
}

/** The schema of a question about one fact. */
export function conditionSchema(): z.ZodType<Condition> {
  const fact = z
    .string()
    .regex(/^[a-z][a-z-]*(?::\S{1,300})?$/, 'must be the name of a fact, as kernel or package:polkit');
  const value = z.string().min(1).max(1000);
  return z.union([
    z.strictObject({ fact, present: z.boolean() }),
    z.strictObject({ fact, equals: value }),
    z.strictObject({ fact, not: value }),
    z.strictObject({
      fact,
      scheme: z.enum(VERSION_SCHEMES),
      ranges: z
        .array(
          z
            .strictObject({ from: value.exactOptional(), before: value.exactOptional() })
            .refine(({ from, before }) => from !== undefined || before !== undefined, 'states neither from nor before'),
        )
        .min(1)
        .max(100),
    }),
  ]);
}

function stepSchema(): z.ZodType<Step> {
  const name = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of an object');
  const plural = z.string().regex(/^[a-z][a-z0-9]{0,60}$/, 'must be a plural name in lower case');
  const apiVersion = z.string().regex(/^(?:[a-z0-9.-]+\/)?v[a-z0-9]+$/, 'must be group/version or v1');
  const kind = z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'must be a kind');
  const reference = z.strictObject({
    apiVersion,
    kind,
    namespace: name.exactOptional(),
    name,
    plural: plural.exactOptional(),
  });
  const manifest = z.looseObject({
    apiVersion,
    kind,
    metadata: z.looseObject({ name, namespace: name.exactOptional() }),
  });
  const pattern = z.string().max(2000).refine(isPattern, 'must be a path as /spec/list/[name=web]/value');
  const path = z
    .string()
    .max(4000)
    .refine(isFilePath, 'must be the whole path of a file, without . and .., and not below /proc, /sys or /dev');
  const mode = z.string().regex(/^[0-7]{4}$/, 'must be four octal digits in quotes');
  const content = z.string().max(1_000_000);
  const text = z.string().trim().min(1).max(10_000);
  const json = z.unknown().refine((value) => value !== null, 'must not be null: leave it out for no value');
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('create-object'), id: id(), object: manifest, plural: plural.exactOptional() }),
    z.strictObject({
      type: z.literal('set-field'),
      id: id(),
      object: reference,
      path: pattern,
      value: json.optional(),
    }),
    z.strictObject({
      type: z.literal('kyverno-policy'),
      id: id(),
      policy: manifest.refine(
        ({ apiVersion: api }) => api.startsWith('kyverno.io/'),
        'must be an object of kyverno.io',
      ),
    }),
    z.strictObject({
      type: z.literal('network-policy'),
      id: id(),
      policy: manifest.refine(({ kind: one }) => one === 'NetworkPolicy', 'must be a NetworkPolicy'),
    }),
    z.strictObject({
      type: z.literal('seccomp-profile'),
      id: id(),
      workloads: z.array(reference).min(1).max(1000),
      profile: z
        .string()
        .regex(/^(?!\.)[\w-][\w./-]{0,200}$/)
        .refine((one) => !one.includes('..'), 'must stay in its folder'),
      content: content.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('sysctl'),
      id: id(),
      key: z
        .string()
        .regex(/^[a-z0-9_]+(?:\.[A-Za-z0-9_/-]+)+$/, 'must be a key as kernel.kptr_restrict')
        .refine((one) => !one.includes('//')),
      value: z.string().regex(/^[\x21-\x7e](?:[ \t\x21-\x7e]{0,200}[\x21-\x7e])?$/, 'must be a value in quotes'),
    }),
    z.strictObject({
      type: z.literal('kernel-module'),
      id: id(),
      module: z.string().regex(/^[a-z0-9_]{1,60}$/i, 'must be a module, with _ for -'),
    }),
    z.strictObject({ type: z.literal('file-mode'), id: id(), path, mode }),
    z.strictObject({ type: z.literal('file'), id: id(), path, content, mode }),
    z.strictObject({
      type: z.literal('runtime-rule'),
      id: id(),
      path,
      content,
      unit: z.string().regex(/^[A-Za-z0-9][\w@.-]{0,200}\.(?:service|socket)$/, 'must be a unit as falco.service'),
    }),
    z.strictObject({
      type: z.literal('helm-values'),
      id: id(),
      namespace: name,
      release: name,
      values: z.record(z.string(), z.unknown()),
    }),
    z.strictObject({ type: z.literal('manual'), id: id(), do: text, undo: text, check: text }),
  ]);
}

function verificationSchema(): z.ZodType<Verification> {
  const name = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of an object');
  const word = z
    .string()
    .max(1000)
    .refine((one) => !one.includes('\0'), 'has a NUL in it');
  return z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('probe'),
      id: id(),
      command: z.array(word).min(1).max(50),
      passes: z.enum(['zero', 'nonzero']),
      harmless: z.string().trim().min(1).max(10_000),
    }),
    z.strictObject({
      type: z.literal('denied'),
      id: id(),
      object: z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name }) }),
    }),
    z.strictObject({
      type: z.literal('pods'),
      id: id(),
      namespaces: z.array(name).exactOptional(),
      labels: z.string().max(1000).exactOptional(),
      path: z.string().max(2000).refine(isPattern, 'must be a path as /spec/containers/[*]/image'),
      value: z.unknown().optional(),
    }),
    z.strictObject({
      type: z.literal('helm-tests'),
      id: id(),
      releases: z
        .array(z.strictObject({ namespace: name, name }))
        .min(1)
        .max(100),
    }),
  ]);
}

function vexSchema() {
  const text = z.string().trim().min(1).max(10_000).exactOptional();
  const patterns = z.array(z.string().trim().min(1)).min(1).exactOptional();
  return z
    .strictObject({
      status: z.enum(['affected', 'not_affected']),
      justification: z.enum(JUSTIFICATIONS).exactOptional(),
      action: text,
      impact: text,
      images: patterns,
      packages: patterns,
    })
    .refine(({ status, action }) => status !== 'affected' || action !== undefined, 'affected needs an action')
    .refine(
      ({ status, justification, impact }) => status !== 'not_affected' || (justification ?? impact) !== undefined,
      'not_affected needs a justification or an impact',
    );
}

function isPattern(text: string): boolean {
  try {
    if (text.includes('[*]')) parsePathPattern(text);
    else parsePath(text);
    return text !== '';
  } catch {
    return false;
  }
}

function isFilePath(text: string): boolean {
  const parts = text.split('/').slice(1);
  return (
    text.startsWith('/') &&
    !/\p{Cc}/u.test(text) &&
    !NO_FILES.test(text) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
