// Judges, before an upgrade of the platform, whether what writes the manifests of API servers agrees with what is there: an upgrade that drops the flag
// leaves a server that cannot read what is encrypted, and writes in plain text.

import { messageOf } from '../../../platform/errors.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { type KubeadmFacts, readKubeadm } from '../apply/kubeadm-edit.ts';
import type { ControlPlane } from '../status/control-plane.ts';

/** A text from which an upgrade writes manifests. */
export interface GuardedSource {
  /** Its path, or its place in the cluster. */
  readonly name: string;
  /** `cluster`: kubeadm's own configuration. `image`: a file that comes with node images. */
  readonly kind: 'cluster' | 'image';
  /** Absent when it could not be read. */
  readonly text?: string;
  /** Why not. */
  readonly problem?: string;
}

/** What is judged. */
export interface GuardInput {
  readonly planes: readonly ControlPlane[];
  readonly sources: readonly GuardedSource[];
}

const CHECKS = { cluster: 'kubeadm-configuration', image: 'node-image-source' } as const;
const DROPS =
  'an upgrade would write a manifest without encryption: the server could not read Secrets, and would write new ones in plain text';
const ADD = 'plimsoll encryption apply shows the lines that it lacks; --kubeadm writes them into the cluster';

/** Verdicts: each control plane, then whether they agree, then each source, in the order given. */
export function guardUpgrade({ planes, sources }: GuardInput): readonly Verdict[] {
  const kinds = (['cluster', 'image'] as const).filter((kind) => !sources.some((source) => source.kind === kind));
  return [
    ...planes.flatMap((plane) => [configuration(plane), process(plane)]),
    agreement(planes),
    ...sources.map((source) => sourceVerdict(source, planes)),
    ...kinds.map(noSource),
  ];
}

function configuration({ node, manifest, manifestProblem, file }: ControlPlane): Verdict {
  const base = { check: 'configuration', subject: node };
  if (manifest === undefined) {
    const reason = `its manifest was not read: ${manifestProblem ?? 'nobody looked'}`;
    return { ...base, verdict: 'no-evidence', evidence: [], reason };
  }
  const { flag, path } = manifest;
  if (flag === undefined) {
    return {
      ...base,
      verdict: 'not-applicable',
      evidence: [],
      reason: 'its manifest names no encryption configuration',
    };
  }
  const evidence = [`--encryption-provider-config=${flag}`, ...(path === undefined ? [] : [path])];
  const problem = path === undefined ? 'no volume brings the file into the container' : fileProblem(path, file);
  if (problem === undefined && file?.ignored !== undefined) {
    return {
      ...base,
      verdict: 'fail',
      evidence: [...evidence, ...file.ignored],
      reason: `its release takes ${file.ignored.join(', ')} for names of resources that nobody has; a newer one encrypts by them, and servers that are not upgraded yet could not read what it writes`,
      remediation: 'name the resources instead, on every control plane, before the upgrade',
    };
  }
  return problem === undefined
    ? {
        ...base,
        verdict: 'pass',
        evidence,
        reason: 'its manifest names a configuration that is there and that every release takes',
      }
    : {
        ...base,
        verdict: 'fail',
        evidence,
        reason: `${problem}: the server would not start again`,
        remediation: 'plimsoll encryption plan says the way back',
      };
}

function fileProblem(path: string, file: ControlPlane['file']): string | undefined {
  if (file === undefined) return `there is no ${path}`;
  return file.transformers === undefined ? (file.problem ?? `${path} cannot be read`) : undefined;
}

function process({ node, manifest, process: running }: ControlPlane): Verdict {
  const base = { check: 'process', subject: node };
  if (manifest === undefined || running === undefined || running === 'none' || !running.flag.known) {
    const reason = running === 'none' ? 'no API server runs on it' : 'with which flag its process runs is not known';
    return { ...base, verdict: 'no-evidence', evidence: [], reason };
  }
  const { path } = running.flag;
  if (path === manifest.flag) {
    const reason =
      path === undefined
        ? 'process and manifest both have no configuration'
        : 'its process has the configuration of its manifest';
    return { ...base, verdict: 'pass', evidence: path === undefined ? [] : [path], reason };
  }
  const reason = `its process runs with ${path ?? 'no configuration'}, its manifest says ${manifest.flag ?? 'none'}`;
  return {
    ...base,
    verdict: 'fail',
    evidence: [],
    reason,
    remediation: 'plimsoll encryption plan says what to do before an upgrade starts it anew',
  };
}

function agreement(planes: readonly ControlPlane[]): Verdict {
  const read = planes.flatMap(({ node, manifest }) => (manifest === undefined ? [] : [{ node, manifest }]));
  const base = { check: 'control-planes-agree', subject: 'control planes' };
  const texts = read.map(({ manifest }) => flagText(manifest));
  const evidence = read.map(({ node }, index) => `${node}: ${texts[index] ?? ''}`);
  if (new Set(texts).size > 1) {
    const reason = 'their manifests differ: kubeadm has one configuration for all of them, so an upgrade changes some';
    return {
      ...base,
      verdict: 'fail',
      evidence,
      reason,
      remediation: 'finish the change that is half done: plimsoll encryption plan',
    };
  }
  if (read.length === 0) return { ...base, verdict: 'no-evidence', evidence, reason: 'no manifest was read' };
  return {
    ...base,
    verdict: 'pass',
    evidence,
    reason: 'all manifests that were read name the same configuration, or none',
  };
}

function sourceVerdict(source: GuardedSource, planes: readonly ControlPlane[]): Verdict {
  const base = { check: CHECKS[source.kind], subject: source.name };
  let facts: KubeadmFacts | undefined;
  try {
    facts = source.text === undefined ? undefined : readKubeadm(source.text, source.name);
  } catch (error) {
    return { ...base, verdict: 'no-evidence', evidence: [], reason: messageOf(error) };
  }
  if (facts === undefined) {
    const reason = source.problem ?? 'it holds no ClusterConfiguration of kubeadm';
    return { ...base, verdict: 'no-evidence', evidence: [], reason };
  }
  const evidence = [flagText(facts)];
  const manifests = planes.flatMap(({ manifest }) => manifest ?? []);
  if (manifests.length === 0)
    return { ...base, verdict: 'no-evidence', evidence, reason: 'no manifest was read to hold it against' };
  const others = manifests.filter((manifest) => manifest.flag !== facts.flag || manifest.path !== facts.path);
  const [other] = others;
  if (other !== undefined) {
    return {
      ...base,
      verdict: 'fail',
      evidence,
      reason: `${difference(facts, other)}: ${consequence(facts, other)}`,
      remediation: ADD,
    };
  }
  if (manifests.some(({ reload }) => reload !== facts.reload)) {
    const reason = 'automatic reload of the configuration is set in one of manifest and source alone';
    return { ...base, verdict: 'warn', evidence, reason, remediation: ADD };
  }
  const reason =
    facts.flag === undefined
      ? 'neither it nor the manifests name a configuration'
      : 'it has the flag and the volume of the manifests';
  return { ...base, verdict: facts.flag === undefined ? 'not-applicable' : 'pass', evidence, reason };
}

function difference(facts: KubeadmFacts, manifest: { readonly flag?: string; readonly path?: string }): string {
  if (facts.flag === undefined) return `it lacks encryption-provider-config (${manifest.flag ?? ''})`;
  if (manifest.flag === undefined) return `it has encryption-provider-config (${facts.flag}), a manifest has not`;
  if (facts.flag !== manifest.flag) return `it names ${facts.flag}, a manifest ${manifest.flag}`;
  return facts.path === undefined
    ? `no extraVolumes bring ${facts.flag} into the container`
    : `its file is ${facts.path} on the node, a manifest's ${manifest.path ?? 'nowhere'}`;
}

function consequence(facts: KubeadmFacts, manifest: { readonly flag?: string }): string {
  if (facts.flag === undefined) return DROPS;
  if (manifest.flag === undefined) return 'an upgrade would turn encryption on, whether the file is there or not';
  return 'an upgrade would start the server with another file, or none';
}

function noSource(kind: GuardedSource['kind']): Verdict {
  const reason =
    kind === 'cluster'
      ? "kubeadm's configuration in the cluster was not asked for: name a kubeconfig with --kubeconfig"
      : 'no file of a node image was named: an image that is rebuilt or a node that is made anew takes its manifest from there (--source)';
  return {
    check: CHECKS[kind],
    subject: kind === 'cluster' ? 'kube-system/kubeadm-config' : 'node images',
    verdict: 'no-evidence',
    evidence: [],
    reason,
  };
}

function flagText({ flag, path, reload }: KubeadmFacts): string {
  if (flag === undefined) return 'no encryption configuration';
  return `${flag}${path === flag ? '' : ` (${path ?? 'nowhere'} on the node)`}${reload ? ', loaded anew by itself' : ''}`;
}
