// `plimsoll benchmark evaluate`: evidence held against a benchmark of a kube-bench folder.
import { type Command, Option } from 'commander';
import type { EvidenceBundle, ObjectEvidence } from '../kubernetes/evidence/evidence.ts';
import { PlimsollError } from '../platform/errors.ts';
import { gapPlace } from '../platform/gap.ts';
import type { Json, JsonMap } from '../platform/json.ts';
import type { JudgedObjects } from '../posture/benchmark/policies/finding.ts';
import type { BenchmarkResult } from '../posture/benchmark/result/result.ts';
import { TOOL } from '../publish/tool.ts';
import type { KubernetesObject } from '../scan/release/manifests/object.ts';
import type { ManifestObjects } from '../scan/release/manifests/objects.ts';
import { BENCHMARK_FORMATS, parseBenchmarkFailOn, writeBenchmark } from './benchmark-output.ts';
import { type CommandContext, type CommonOptions, newCommand } from './command.ts';
import { type EvidenceOptions, readEvidenceFiles, takesEvidence } from './evidence-input.ts';
import { addObjectOptions, OBJECT_WORDS, readObjectInputs } from './object-input.ts';
import { append, type TargetOptions } from './release-input.ts';
import { remarker } from './talk.ts';

interface EvaluateOptions extends CommonOptions, EvidenceOptions, TargetOptions {
  readonly cfg: string;
  readonly benchmark?: string;
  readonly manifests?: readonly string[];
  readonly attestations?: string;
  readonly waivers?: readonly string[];
  readonly as: BenchmarkResult['as'];
  readonly failOn?: string;
}

const EXAMPLE = [
  'plimsoll benchmark evaluate evidence.json --cfg kube-bench/cfg --benchmark cis-1.20',
  'plimsoll benchmark evaluate evidence.json --cfg kube-bench/cfg --benchmark cis-1.20 --attestations cis-attested.yaml --waivers cis-waivers.yaml --format html --output cis.html',
  'plimsoll benchmark evaluate --manifests rendered.yaml --cfg kube-bench/cfg --benchmark cis-1.20',
].join('\n');

/** `benchmark evaluate`. */
export function benchmarkEvaluateCommand(context: CommandContext): Command {
  const summary = 'evidence, or a release before it is installed, against a benchmark of a kube-bench folder';
  const command = newCommand('evaluate', summary, BENCHMARK_FORMATS, EXAMPLE)
    .argument('[evidence...]', 'a bundle of evidence, or parts of nodes')
    .requiredOption('--cfg <dir>', "kube-bench's folder cfg")
    .option('--benchmark <name>', 'which of its benchmarks (the one for the version of the cluster)')
    .option('--manifests <target>', `objects for the checks of section 5: ${OBJECT_WORDS}; may be repeated`, append)
    .option('--attestations <file>', 'what people attest where no evidence decides, YAML')
    .option('--waivers <file>', 'failed checks that somebody answers for, YAML; may be repeated', append)
    .addOption(new Option('--as <rules>', 'whose answers').choices(['plimsoll', 'kube-bench']).default('plimsoll'))
    .option('--fail-on <words>', 'exit 1 for fail, warn, gaps (what could not be judged), unless waived');
  return addObjectOptions(takesEvidence(command)).action((files: readonly string[], options: EvaluateOptions) =>
    evaluateFiles(files, options, context),
  );
}

async function evaluateFiles(
  files: readonly string[],
  options: EvaluateOptions,
  context: CommandContext,
): Promise<void> {
  const words = parseBenchmarkFailOn(options.failOn);
  const { manifests = [], waivers = [] } = options;
  if (files.length === 0 && manifests.length === 0) {
    throw new PlimsollError('usage', 'name a bundle of evidence, or the objects of a release with --manifests');
  }
  const talk = remarker(context, options);
  const read = files.length === 0 ? NO_EVIDENCE : await readEvidenceFiles(files, options, context, talk);
  const [{ readAttestations, readBenchmark }, { readWaiverFile }, { evaluate }] = await Promise.all([
    import('./benchmark-input.ts'),
    import('./waiver-file.ts'),
    import('../posture/benchmark/evaluate.ts'),
  ]);
  const benchmark = readBenchmark(options, read.cluster?.version, context);
  const objects = manifests.length === 0 ? undefined : await readObjectInputs(manifests, context, options);
  const evidence = objects === undefined ? read : { ...read, gaps: [...read.gaps, ...objects.gaps] };
  const judged = objects === undefined ? collectedObjects(read) : releaseObjects(objects);
  const result = evaluate({
    benchmark,
    evidence,
    ...(judged === undefined ? {} : { objects: judged }),
    waivers: waivers.flatMap((file) => readWaiverFile(file, context)),
    attestations: readAttestations(options.attestations, context),
    day: context.now().toISOString().slice(0, 10),
    as: options.as,
  });
  for (const gap of result.gaps) talk(`${gapPlace(gap)}: ${gap.reason}`);
  await writeBenchmark(result, options, words, context);
}

/** Evidence of nothing, for a release that is judged before it is installed. */
const NO_EVIDENCE: EvidenceBundle = { schemaVersion: 1, tool: TOOL, nodes: [], objects: [], gaps: [] };

function releaseObjects({ objects, gaps }: ManifestObjects): JudgedObjects {
  const [first] = gaps;
  const more = gaps.length > 1 ? `, and ${gaps.length - 1} more` : '';
  const incomplete = first && `not all manifests could be read: ${gapPlace(first)}${more}`;
  return { from: 'manifests', objects, unread: [], ...(incomplete === undefined ? {} : { incomplete }) };
}

function collectedObjects({ objects, gaps }: EvidenceBundle): JudgedObjects | undefined {
  if (objects.length === 0) return undefined;
  // Gaps of kinds have their plural and group as target: `deployments.apps`.
  const unread = gaps.map(({ target }) => target.split('.', 1)[0] ?? '');
  return { from: 'cluster', objects: objects.map(objectOf), unread };
}

/** Evidence was read from JSON, so that its objects hold nothing else. */
function objectOf({ apiVersion, kind, name, namespace, object }: ObjectEvidence): KubernetesObject {
  const position = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  const value = object as Readonly<Record<string, Json>> satisfies JsonMap;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }), value, position };
}
