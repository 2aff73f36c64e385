// `plimsoll publish`: the security bundle of a release, and `publish verify`, which checks one.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDigest } from '../platform/canonical.ts';
import { readSigningKey, readVerificationKey } from '../platform/dsse.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { AUDIENCES, type Audience } from '../publish/bundle/audience.ts';
import { publishedComparison } from '../publish/bundle/comparison-input.ts';
import { type BundleInput, bundleOf } from '../publish/bundle/contents.ts';
import { readBundleFolder } from '../publish/bundle/folder.ts';
import { verifyBundle } from '../publish/bundle/verify.ts';
import { refuseFilled, writeBundle } from '../publish/bundle/write-bundle.ts';
import { UNNAMED_PUBLISHER } from '../publish/document-facts.ts';
import { publishedJson, verificationJson } from '../publish/json/publication.ts';
import { publishedMitigations } from '../publish/mitigations.ts';
import { publishedBenchmark } from '../publish/published-benchmark.ts';
import { publishedEncryption } from '../publish/published-encryption.ts';
import { checkSection } from '../publish/site/checks.ts';
import { publishedLines } from '../publish/site/lines.ts';
import { policySection, reachSection } from '../publish/site/posture-checks.ts';
import { publishedTable, verificationTable } from '../publish/terminal/publication.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { remarker } from './talk.ts';

interface PublishOptions extends CommonOptions {
  readonly assessment?: string;
  readonly compare?: string;
  readonly gate?: string;
  readonly hygiene?: string | true;
  readonly encryption?: string;
  readonly nonroot?: string;
  readonly lines?: string;
  readonly mitigations?: string;
  readonly policy?: string;
  readonly node?: string;
  readonly tenancy?: string;
  readonly benchmark?: string;
  readonly reach?: string;
  readonly key?: string;
  readonly audience: Audience;
  readonly publisher?: string;
  readonly namespace?: string;
  readonly contact?: string;
  readonly url?: string;
  readonly supersedes?: string;
  readonly reason?: string;
  readonly store?: string;
}

const EXAMPLE = [
  'plimsoll publish bundle --assessment csm-1.2.0.json --key release-key.pem',
  'plimsoll publish bundle-house --assessment csm-1.2.0.json --audience internal --publisher "CSM security group" --namespace https://security.example',
  'plimsoll publish verify bundle --key release-key.pub.pem',
].join('\n');

/** The command. */
export function publishCommand(context: CommandContext): Command {
  const command = newCommand('publish', 'the security bundle that goes out with a release', ['table', 'json'], EXAMPLE)
    .argument('<dir>', 'folder to write, new or empty')
    .option('--assessment <file>', 'what to publish: a JSON file that scan wrote, or the id of a stored assessment')
    .option('--compare <file>', 'what changed: a JSON file that compare wrote, which leads to the assessment')
    .option('--gate <file>', 'verdict of the gate: its JSON')
    .option('--hygiene [file]', 'results of hygiene: its JSON; without a file the assessment itself is judged')
    .option('--encryption <file>', 'encryption at rest: the JSON of encryption verify')
    .option('--nonroot <file>', 'non-root readiness: the JSON of nonroot')
    .option('--lines <file>', 'release lines: the JSON of lines status')
    .option('--mitigations <file>', 'active mitigations: the JSON of mitigation status')
    .option('--policy <file>', 'policies and controls: the JSON of policy check, preview or matrix')
    .option('--benchmark <file>', 'reference run of a benchmark: the JSON of benchmark evaluate')
    .option('--node <file>', 'nodes: the JSON of node check')
    .option('--tenancy <file>', 'users and tenants: the JSON of tenancy check')
    .option('--reach <file>', 'reachability: the JSON of reach list, query or diff')
    .option('--key <file>', 'private key that signs: Ed25519 or P-256, PEM')
    .addOption(new Option('--audience <audience>', 'who will read it').choices(AUDIENCES).default('public'))
    .option('--publisher <name>', 'who issues the documents')
    .option('--namespace <url>', 'address under the control of the publisher', httpsUrl)
    .option('--contact <text>', 'how to reach the publisher')
    .option('--url <url>', 'where the folder will be served: CSAF needs it for its metadata', httpsUrl)
    .option('--supersedes <id>', 'bundle that this one takes the place of; that one stays as it is', bundleId)
    .option('--reason <text>', 'why it does')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((directory: string, options: PublishOptions) => publish(directory, options, context))
    // What stands behind `verify` is its own: both have --key.
    .enablePositionalOptions();
  return command.addCommand(verifyCommand(context));
}

function verifyCommand(context: CommandContext): Command {
  const example = 'plimsoll publish verify bundle --key release-key.pub.pem';
  return newCommand('verify', 'check signature, checksums and agreement of a bundle', ['table', 'json'], example)
    .argument('<dir>', 'folder of the bundle')
    .option('--key <file>', 'public key of the signature, or a certificate with it, PEM')
    .action(async (directory: string, options: CommonOptions & { readonly key?: string }) => {
      const key =
        options.key === undefined ? undefined : readVerificationKey(readText(context, options.key), options.key);
      const verification = await verifyBundle(readBundleFolder(resolve(context.workingDirectory, directory)), key);
      const result =
        options.format === 'json'
          ? verificationJson(verification)
          : verificationTable(verification, terminalOptions(context, options));
      writeResult(context, options, result);
      if (verification.verdict !== 'pass') context.setExitCode(1);
    });
}

async function publish(directory: string, options: PublishOptions, context: CommandContext): Promise<void> {
  const path = resolve(context.workingDirectory, directory);
  refuseFilled(path);
  if ((options.supersedes === undefined) !== (options.reason === undefined)) {
    throw new PlimsollError('usage', '--supersedes ID and --reason TEXT belong together');
  }
  if ((options.publisher === undefined) !== (options.namespace === undefined)) {
    throw new PlimsollError('usage', '--publisher NAME and --namespace URL belong together');
  }
  const key = options.key === undefined ? undefined : readSigningKey(readText(context, options.key), options.key);
  const assessment = await assessmentOf(options, context);
  const hygiene = await hygieneResults(assessment, options, context);
  const bundle = bundleOf({
    ...(await inputOf(assessment, hygiene, options, context)),
    ...(key === undefined ? {} : { key }),
  });
  writeBundle(bundle, path);
  const signed = key !== undefined;
  const result =
    options.format === 'json'
      ? publishedJson(bundle, options.audience, signed)
      : publishedTable(bundle, directory, signed, terminalOptions(context, options));
  writeResult(context, options, result);
  const talk = remarker(context, options);
  if (!signed) talk('not signed: give --key FILE, so that readers can tell that the bundle is yours');
  if (options.publisher === undefined) talk('no publisher is named in the documents: give --publisher and --namespace');
  if (options.url === undefined) talk("CSAF's provider metadata and feed are left out: they need --url");
}

/** The JSON of hygiene: of the file that is named, or of the assessment itself. */
async function hygieneResults(
  assessment: Assessment,
  options: PublishOptions,
  context: CommandContext,
): Promise<string | undefined> {
  if (options.hygiene !== true) return options.hygiene === undefined ? undefined : readText(context, options.hygiene);
  const [{ judgeHygiene }, { hygieneJson }] = await Promise.all([
    import('./hygiene-input.ts'),
    import('../publish/json/hygiene.ts'),
  ]);
  // The key here signs; hygiene has one that verifies.
  const { key: _, ...judged } = options;
  const { result } = await judgeHygiene(async () => assessment, judged, context);
  return hygieneJson(result);
}

async function inputOf(
  assessment: Assessment,
  hygiene: string | undefined,
  options: PublishOptions,
  context: CommandContext,
): Promise<BundleInput> {
  const {
    audience,
    publisher: name,
    namespace,
    contact,
    supersedes,
    reason,
    compare,
    gate,
    lines,
    mitigations,
    policy,
    node,
    tenancy,
    benchmark: run,
    reach,
    url,
    encryption,
    nonroot,
  } = options;
  const isInside = audience === 'internal';
  const about = { assessment: assessment.id, withReasons: isInside };
  const proof = encryption === undefined ? undefined : readText(context, encryption);
  const benchmark = run === undefined ? undefined : readText(context, run);
  const checks = [
    ...(gate === undefined ? [] : [checkSection('Gate', readText(context, gate), about)]),
    ...(hygiene === undefined ? [] : [checkSection('Hygiene', hygiene, about)]),
    ...(nonroot === undefined ? [] : [checkSection('Non-root readiness', readText(context, nonroot), about)]),
    ...(proof === undefined ? [] : [checkSection('Encryption at rest', proof, about)]),
    ...(policy === undefined ? [] : [policySection(readText(context, policy), isInside)]),
    ...(benchmark === undefined ? [] : [checkSection('Kubernetes benchmark', benchmark, about)]),
    ...(node === undefined ? [] : [checkSection('Nodes', readText(context, node), about)]),
    ...(tenancy === undefined ? [] : [checkSection('Users and tenants', readText(context, tenancy), about)]),
    ...(reach === undefined ? [] : [reachSection(readText(context, reach), isInside)]),
  ];
  const named = name === undefined || namespace === undefined ? UNNAMED_PUBLISHER : { name, namespace };
  return {
    assessment,
    audience,
    publisher: { ...named, ...(contact === undefined ? {} : { contact }) },
    checks,
    ...(lines === undefined ? {} : { lines: publishedLines(readText(context, lines)) }),
    ...(mitigations === undefined ? {} : { mitigations: publishedMitigations(readText(context, mitigations)) }),
    ...(proof === undefined ? {} : { encryption: publishedEncryption(proof, isInside) }),
    ...(benchmark === undefined ? {} : { benchmark: publishedBenchmark(benchmark, isInside) }),
    ...(url === undefined ? {} : { url: url.replace(/\/+$/, '') }),
    ...(compare === undefined
      ? {}
      : { comparison: await publishedComparison(readText(context, compare), assessment, audience) }),
    ...(supersedes === undefined || reason === undefined ? {} : { erratum: { bundle: supersedes, reason } }),
  };
}

async function assessmentOf(options: PublishOptions, context: CommandContext): Promise<Assessment> {
  if (options.assessment === undefined) throw new PlimsollError('usage', 'name what to publish with --assessment FILE');
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    return await readAssessmentInput(options.assessment, context.workingDirectory, store);
  } finally {
    await store.close();
  }
}

function readText(context: CommandContext, file: string): string {
  try {
    return readFileSync(resolve(context.workingDirectory, file), 'utf8');
  } catch (error) {
    throw new PlimsollError('input-missing', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** @throws InvalidArgumentError */
function httpsUrl(text: string): string {
  const url = /^https:\/\/[^\s"'<>\\^`{|}]+$/.test(text) ? URL.parse(text) : null;
  // A token can stand where the name of the user does.
  if (url !== null && url.username === '' && url.password === '') return text;
  throw new InvalidArgumentError('write an address that starts with https:// and holds no credentials');
}

/** @throws InvalidArgumentError */
function bundleId(text: string): string {
  if (isDigest(text)) return text;
  throw new InvalidArgumentError('write the id that `publish` and `publish verify` print: sha256: and 64 digits');
}
