// Checks of the kernel's modules: its taint, and for each module that is not of the kernel whether somebody answers for it.
import { aboutNode, aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { type LoadedModule, loadedModules } from '../kernel/modules.ts';
import { taintsOf, taintText } from '../kernel/taint.ts';

const TAINTED = '/proc/sys/kernel/tainted';
const ENFORCED = '/sys/module/module/parameters/sig_enforce';
const LOCKDOWN = '/sys/kernel/security/lockdown';

/** Taint, signatures, packages and support of modules. */
export const MODULE_CHECKS: readonly NodeCheck[] = [
  {
    id: 'kernel-taint',
    title: 'Nothing runs in the kernel that its distribution does not answer for',
    severity: 'medium',
    why: 'A module from elsewhere has all rights of the kernel and is not part of what the distribution tests, signs and fixes. The mark stays until the next boot, also when the module is gone.',
    remediation:
      'know every module behind the mark, sign it and keep its package in the release; unload and block what nobody needs',
    reference: 'Linux, Documentation/admin-guide/tainted-kernels.rst',
    judge: judgeTaint,
  },
  {
    id: 'module-signed',
    title: 'Modules that are not of the kernel are signed',
    severity: 'high',
    why: 'Without a signature nothing shows whether the module that is loaded is the one that was built. A kernel that takes one unsigned module takes any.',
    remediation: 'sign the module with a key that the kernel or the firmware trusts, and enforce signatures',
    reference: 'Linux, Documentation/admin-guide/module-signing.rst',
    judge: (node) => eachForeignModule(node, judgeSignature),
  },
  {
    id: 'module-package',
    title: 'Modules that are not of the kernel come with a package',
    severity: 'medium',
    why: 'A file that no package owns is not updated with the kernel, is in no inventory, and nobody can say where it came from.',
    remediation: 'install the module as a package (a KMP on SUSE, a kmod or DKMS package elsewhere)',
    reference: 'SUSE, Kernel Module Packages Manual; rpm(8) -qf, dpkg-query(1) -S',
    judge: (node) => eachForeignModule(node, judgePackage),
  },
  {
    id: 'module-support',
    title: 'Modules carry a mark of support where the distribution has one',
    severity: 'low',
    why: 'SUSE marks the modules that it or a partner supports. One without a mark has nobody to ask for a fix.',
    remediation: 'ask the maker of the module for a supported build',
    reference:
      'SUSE Linux Enterprise Server, Administration Guide, "Managing kernel modules"; modprobe.d allow_unsupported_modules',
    judge: (node) => eachForeignModule(node, judgeSupport),
  },
  {
    id: 'module-enforcement',
    title: 'The kernel takes signed modules alone',
    severity: 'medium',
    why: 'Whoever becomes root on a node can otherwise put code into the kernel that hides itself from everything else on the node.',
    remediation:
      'boot with Secure Boot or lockdown=integrity, or with module.sig_enforce=1, once all modules are signed',
    reference: 'Linux, Documentation/admin-guide/module-signing.rst; kernel_lockdown(7)',
    judge: (node) => [judgeEnforcement(node)],
  },
];

function judgeTaint(node: NodeUnderCheck): readonly NodeJudgement[] {
  const found = node.facts.content(TAINTED);
  if (found.state !== 'there') return [aboutNode(node, 'no-evidence', reasonOf(found))];
  const taints = taintsOf(found.value);
  if (taints === undefined) return [aboutNode(node, 'no-evidence', `${TAINTED} holds no number`)];
  const evidence = [`${TAINTED}: ${found.value.trim()}`, ...taints.map(taintText)];
  const foreign = taints.filter((taint) => taint.foreign);
  if (foreign.length > 0) {
    return [
      aboutNode(node, 'fail', `the kernel is tainted: ${foreign.map(({ meaning }) => meaning).join('; ')}`, evidence),
    ];
  }
  if (taints.length === 0) return [aboutNode(node, 'pass', 'the kernel is not tainted', evidence)];
  return [aboutNode(node, 'pass', `no foreign code; ${taints.map(({ meaning }) => meaning).join('; ')}`, evidence)];
}

/** Judges each module that is not of the kernel; a node without any is `not-applicable`. */
function eachForeignModule(
  node: NodeUnderCheck,
  judge: (node: NodeUnderCheck, module: LoadedModule) => NodeJudgement,
): readonly NodeJudgement[] {
  const modules = loadedModules(node.facts);
  if (modules.state === 'unknown') return [aboutNode(node, 'no-evidence', modules.reason)];
  if (modules.state === 'absent') return [aboutNode(node, 'not-applicable', 'the kernel takes no modules')];
  const foreign = modules.value.filter(({ outOfTree }) => outOfTree);
  if (foreign.length > 0) return foreign.map((module) => judge(node, module));
  const loaded = modules.value.length;
  // Without modinfo and without the letters of the taint nothing tells a foreign module from others.
  const blind = loaded > 0 && modules.value.every(({ file }) => file === undefined) && !knowsTaint(node);
  return [
    blind
      ? aboutNode(node, 'no-evidence', `nothing says where the ${loaded} loaded modules come from`)
      : aboutNode(node, 'not-applicable', `all ${loaded} loaded modules are of the kernel`),
  ];
}

function knowsTaint({ facts }: NodeUnderCheck): boolean {
  return facts.content(TAINTED).state === 'there';
}

function judgeSignature(node: NodeUnderCheck, { name, taint, file }: LoadedModule): NodeJudgement {
  const evidence = [`taint ${taint || 'none'}`, ...(file?.signer === undefined ? [] : [`signer ${file.signer}`])];
  if (taint.includes('E'))
    return aboutThing(node, name, 'fail', 'the kernel took it without a valid signature', evidence);
  if (file === undefined) {
    return aboutThing(
      node,
      name,
      'no-evidence',
      'modinfo says nothing of it, and a kernel that checks no signatures sets no mark',
      evidence,
    );
  }
  if (file.signer === undefined) return aboutThing(node, name, 'fail', 'its file has no signature', evidence);
  return aboutThing(node, name, 'pass', `signed by ${file.signer}`, evidence);
}

function judgePackage(node: NodeUnderCheck, { name, file, package: owner }: LoadedModule): NodeJudgement {
  const evidence = file?.path === undefined ? [] : [file.path];
  if (owner.state === 'there') return aboutThing(node, name, 'pass', `of the package ${owner.value}`, evidence);
  if (owner.state === 'unknown') return aboutThing(node, name, 'no-evidence', owner.reason, evidence);
  return aboutThing(node, name, 'fail', 'no package owns its file', evidence);
}

function judgeSupport(node: NodeUnderCheck, { name, file, taint }: LoadedModule): NodeJudgement {
  const evidence = [
    ...(file?.supported === undefined ? [] : [`supported: ${file.supported}`]),
    `taint ${taint || 'none'}`,
  ];
  const system = node.facts.content('/etc/os-release');
  if (system.state !== 'there') return aboutThing(node, name, 'no-evidence', reasonOf(system), evidence);
  if (!/^ID(?:_LIKE)?=.*suse|^ID="?sle/m.test(system.value)) {
    return aboutThing(node, name, 'not-applicable', 'the distribution has no such mark', evidence);
  }
  if (file === undefined) return aboutThing(node, name, 'no-evidence', 'modinfo says nothing of it', evidence);
  if (file.supported === undefined || file.supported === 'no') {
    return aboutThing(node, name, 'fail', 'nobody supports it', evidence);
  }
  return aboutThing(
    node,
    name,
    'pass',
    file.supported === 'external' ? 'its vendor supports it' : 'SUSE supports it',
    evidence,
  );
}

function judgeEnforcement(node: NodeUnderCheck): NodeJudgement {
  const modules = node.facts.content('/proc/modules');
  if (modules.state === 'absent') return aboutNode(node, 'not-applicable', 'the kernel takes no modules');
  const [enforced, lockdown] = [node.facts.content(ENFORCED), node.facts.content(LOCKDOWN)];
  const evidence = [
    ...(enforced.state === 'there' ? [`${ENFORCED}: ${enforced.value.trim()}`] : []),
    ...(lockdown.state === 'there' ? [`${LOCKDOWN}: ${lockdown.value.trim()}`] : []),
  ];
  const isEnforced = enforced.state === 'there' && enforced.value.trim() === 'Y';
  const isLocked = lockdown.state === 'there' && /\[(?:integrity|confidentiality)\]/.test(lockdown.value);
  if (isEnforced || isLocked) return aboutNode(node, 'pass', 'unsigned modules are refused', evidence);
  const unknown = [enforced, lockdown].find((found) => found.state === 'unknown');
  if (unknown !== undefined) return aboutNode(node, 'no-evidence', reasonOf(unknown), evidence);
  return aboutNode(node, 'fail', 'root may load any module', evidence);
}

function reasonOf(found: { readonly state: string; readonly reason?: string }): string {
  return found.reason ?? 'the kernel does not tell';
}
