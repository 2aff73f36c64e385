// Checks of the kernel's age: whether the newest installed one runs, and whether a module that is not of the kernel holds it below that.
import { daysBetween } from '../../../statements/day.ts';
import { aboutNode, aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import {
  bootedAt,
  type InstalledKernel,
  installedKernels,
  kernelsLike,
  newerKernels,
  runningKernel,
} from '../kernel/kernels.ts';
import { type LoadedModule, loadedModules } from '../kernel/modules.ts';
import type { NodeFacts } from '../node-facts.ts';

/** What a newer kernel fixes is a matter of advisories: that it is newer is all that a node shows. */
const UNSAID = 'which vulnerabilities it fixes is not in the evidence: scan both kernel packages to see';

/** The age of the running kernel, and what holds it. */
export const KERNEL_AGE_CHECKS: readonly NodeCheck[] = [
  {
    id: 'kernel-current',
    title: 'The newest installed kernel runs',
    severity: 'high',
    why: 'An update of the kernel protects nobody until the node is booted with it. Package lists and scanners see the new one and report the node as fixed.',
    remediation:
      'drain the node and boot it with the newest kernel; where it was booted since, mend the choice of the boot loader',
    reference: 'uname(2) release against the kernels in /boot',
    judge: (node) => [judgeRunning(node)],
  },
  {
    id: 'module-holds-kernel',
    title: 'No module holds the kernel below the newest installed one',
    severity: 'high',
    why: 'A module that is built for one kernel release, as DVS and other drivers of a system are, cannot be loaded into the next. Until it is rebuilt the node stays on the kernel that its users can attack.',
    remediation:
      'build the module for the newest installed kernel and ship both together; until then restrict who may run code on the node',
    reference:
      'modinfo(8) vermagic; SUSE, Kernel Module Packages Manual (kABI, weak-updates); docs-csm, Rebuild NCNs (DVS)',
    judge: judgeHeld,
  },
];

function judgeRunning(node: NodeUnderCheck): NodeJudgement {
  const { facts } = node;
  const running = runningKernel(facts);
  if (running === undefined) return aboutNode(node, 'no-evidence', 'the evidence does not say which kernel runs');
  const installed = installedKernels(facts);
  const evidence = [`running ${running}`, ...installed.map(kernelText)];
  if (installed.length === 0) {
    return aboutNode(
      node,
      'no-evidence',
      'no kernel is to be seen in /boot: what the next boot takes is not known',
      evidence,
    );
  }
  if (kernelsLike(facts, running).length === 0) {
    return aboutNode(node, 'no-evidence', `no kernel of the kind of ${running} is to be seen in /boot`, evidence);
  }
  const newer = newerKernels(facts, running);
  const [first, newest] = [newer[0], newer.at(-1)];
  if (first === undefined || newest === undefined) {
    return aboutNode(node, 'pass', `${running} is the newest installed of its kind`, evidence);
  }
  const booted = bootedAt(facts);
  const isPassedOver = newest.since !== undefined && booted !== undefined && booted * 1000 > Date.parse(newest.since);
  const said = `${newest.release} is installed and ${running} still runs, ${exposureText(first, facts.collectedAt)}`;
  const how = isPassedOver ? '; the node was booted since and took the older one' : '';
  return aboutNode(node, 'fail', `${said}${how}; ${UNSAID}`, evidence);
}

function judgeHeld(node: NodeUnderCheck): readonly NodeJudgement[] {
  const modules = loadedModules(node.facts);
  if (modules.state === 'unknown') return [aboutNode(node, 'no-evidence', modules.reason)];
  const foreign = modules.state === 'there' ? modules.value.filter(({ outOfTree }) => outOfTree) : [];
  if (foreign.length === 0) return [aboutNode(node, 'not-applicable', 'no module is loaded that is not of the kernel')];
  return foreign.map((module) => judgeModule(node, module));
}

function judgeModule(node: NodeUnderCheck, module: LoadedModule): NodeJudgement {
  const { facts } = node;
  const builtFor = module.file?.builtFor;
  if (builtFor === undefined) {
    return aboutThing(node, module.name, 'no-evidence', 'the evidence does not say which kernel it was built for');
  }
  const evidence = [`vermagic ${builtFor}`, `running ${runningKernel(facts) ?? 'not known'}`];
  if (installedKernels(facts).length === 0) {
    return aboutThing(node, module.name, 'no-evidence', 'no kernel is to be seen in /boot', evidence);
  }
  const newer = newerKernels(facts, builtFor);
  const [first, newest] = [newer[0], newer.at(-1)];
  if (first === undefined || newest === undefined) {
    return aboutThing(node, module.name, 'pass', `no kernel newer than ${builtFor} is installed`, evidence);
  }
  const shown = [...evidence, ...newer.map(kernelText)];
  const other = builtForKernel(node, module.name, newest.release);
  if (other.path !== undefined) {
    const said = `there is one for the newest kernel ${newest.release}: nothing holds the node but its next boot`;
    return aboutThing(node, module.name, 'pass', said, [...shown, other.path]);
  }
  const held = `it is built for ${builtFor} and ${newest.release} is installed`;
  if (!other.looked) {
    return aboutThing(
      node,
      module.name,
      'no-evidence',
      `${held}; whether there is one for that kernel is not in the evidence`,
      shown,
    );
  }
  const exposure = exposureText(first, facts.collectedAt);
  return aboutThing(
    node,
    module.name,
    'fail',
    `it holds the kernel: ${held} without it, ${exposure}; ${UNSAID}`,
    shown,
  );
}

/** The file of a module for another kernel, and whether anybody looked below that kernel's folder to the end. */
function builtForKernel(
  { facts }: NodeUnderCheck,
  name: string,
  release: string,
): { readonly path?: string; readonly looked: boolean } {
  const looked = facts.command('modules-of', release).state === 'there';
  const files = moduleFiles.get(facts) ?? readModuleFiles(facts);
  moduleFiles.set(facts, files);
  const path = files.get(`${release}/${name.replaceAll('-', '_')}`);
  return path === undefined ? { looked } : { path, looked };
}

/** Files of modules of each node, by release and name, in which `-` and `_` are one. */
const moduleFiles = new WeakMap<NodeFacts, ReadonlyMap<string, string>>();

function readModuleFiles(facts: NodeFacts): ReadonlyMap<string, string> {
  return new Map(
    facts.files().flatMap(({ path }) => {
      const parts = path.split('/');
      const release = parts[parts.indexOf('modules') + 1] ?? '';
      const file = parts.at(-1) ?? '';
      const end = file.indexOf('.ko');
      const isModule = /^\/(?:usr\/)?lib\/modules\//.test(path) && end > 0;
      return isModule ? [[`${release}/${file.slice(0, end).replaceAll('-', '_')}`, path] as const] : [];
    }),
  );
}

function kernelText({ release, since, sinceFrom }: InstalledKernel): string {
  if (since === undefined) return `installed ${release}`;
  return `installed ${release}, ${sinceFrom === 'package' ? '' : 'by the date of its file '}${since.slice(0, 10)}`;
}

/** `exposed for 42 days, since 5.14… came on 2022-03-01`. */
function exposureText({ release, since, sinceFrom }: InstalledKernel, collectedAt: string): string {
  if (since === undefined) return `exposed since ${release} came, on a day that the evidence does not have`;
  const [from, to] = [since.slice(0, 10), collectedAt.slice(0, 10)];
  const days = Math.max(0, daysBetween(from, to));
  const source = sinceFrom === 'package' ? '' : ' by the date of its file';
  return `exposed for ${days} ${days === 1 ? 'day' : 'days'}, since ${release} came on ${from}${source}`;
}
