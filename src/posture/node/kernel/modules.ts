// The modules that a node's kernel has loaded: what taints them, for which kernel they were built, who signed them and which package they came with.
// Source: /proc/modules (Linux, kernel/module/procfs.c), modinfo(8); rpm -qf and dpkg-query -S.
import { compareText } from '../../../platform/order.ts';
import type { Found, NodeFacts } from '../node-facts.ts';
import { moduleTaint } from './taint.ts';

/** A loaded module. */
export interface LoadedModule {
  readonly name: string;
  /** Letters of its taint: `OE`, or none. */
  readonly taint: string;
  /** Whether it does not belong to the kernel that it is loaded into. */
  readonly outOfTree: boolean;
  /** Fields of its file; absent where modinfo could not tell. */
  readonly file?: ModuleFile;
  /** The package that its file came with; asked of modules that are not of the kernel alone. */
  readonly package: Found<string>;
}

/** What a module's file says of itself, each as far as it does. */
export interface ModuleFile {
  readonly path?: string;
  readonly version?: string;
  readonly license?: string;
  readonly signer?: string;
  /** Release of the kernel that it was built for, the first word of `vermagic`. */
  readonly builtFor?: string;
  /** SUSE's mark: `yes`, `no` or `external`. */
  readonly supported?: string;
}

/** What was read of each node: many checks ask the same. */
const known = new WeakMap<NodeFacts, Found<readonly LoadedModule[]>>();

/** The loaded modules, sorted by name. `absent`: the kernel has no support for modules. */
export function loadedModules(facts: NodeFacts): Found<readonly LoadedModule[]> {
  const modules = known.get(facts) ?? readModules(facts);
  known.set(facts, modules);
  return modules;
}

function readModules(facts: NodeFacts): Found<readonly LoadedModule[]> {
  const listed = facts.content('/proc/modules');
  if (listed.state !== 'there') return listed;
  const modules = listed.value
    .split('\n')
    .filter(Boolean)
    .map((line) => moduleOf(line, facts))
    .sort((a, b) => compareText(a.name, b.name));
  return { state: 'there', value: modules };
}

/** A line: `dvs 462848 1 dvsipc, Live 0x0000000000000000 (OE)`. */
function moduleOf(line: string, facts: NodeFacts): LoadedModule {
  const name = line.split(' ', 1)[0] ?? '';
  const taint = moduleTaint(line.trimEnd().endsWith(')') ? line.slice(line.lastIndexOf('(')) : '');
  const file = moduleFile(name, facts);
  const inTree = /\/kernel\//.test(file?.path ?? '/kernel/');
  return {
    name,
    taint,
    outOfTree: /[OP]/.test(taint) || !inTree,
    ...(file === undefined ? {} : { file }),
    package: packageOf(file?.path, facts),
  };
}

function moduleFile(name: string, facts: NodeFacts): ModuleFile | undefined {
  const told = facts.command('modinfo', name);
  if (told.state !== 'there' || told.value.output === '') return undefined;
  const lines = told.value.output.split('\n');
  const field = (key: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${key}:`))
      ?.slice(key.length + 1)
      .trim() || undefined;
  const builtFor = field('vermagic')?.split(' ', 1)[0];
  const fields = {
    path: field('filename'),
    version: field('version'),
    license: field('license'),
    signer: field('signer'),
    supported: field('supported'),
    builtFor,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** `rpm -qf` ends badly for a file of no package, and so does `dpkg-query -S`; which of them is asked depends on the node. */
function packageOf(path: string | undefined, facts: NodeFacts): Found<string> {
  if (path === undefined)
    return { state: 'unknown', reason: 'the evidence does not say where the file of the module is' };
  const asked = ['rpm', 'dpkg-query'].flatMap((program) => facts.answer(program, path) ?? []);
  if (asked.length === 0) {
    return { state: 'unknown', reason: `the evidence does not say which package ${path} belongs to` };
  }
  for (const { command, exit, output } of asked) {
    const line = output.split('\n', 1)[0] ?? '';
    if (exit !== 0 || line === '') continue;
    return { state: 'there', value: command[0] === 'rpm' ? line : line.replace(/: .*$/, '') };
  }
  return { state: 'absent' };
}
