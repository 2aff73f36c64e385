// Whether a mitigation works, beyond its values being in place: what the server refuses, what running pods have, what probes said on nodes. A check that
// nobody ran is no evidence.
import type { ApiClient } from '../../kubernetes/api/client.ts';
import { type KubernetesObject, PODS } from '../../kubernetes/api/resource.ts';
import { ServerError } from '../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { compareRuns, comparisonVerdicts, type HelmTestRun } from '../helm-tests/compare.ts';
import type { Bundle, DeniedVerification, PodsVerification, Verification } from './bundle/bundle.ts';
import { isMembers, sameValue, valuesAt } from './field/document.ts';
import { parsePathPattern } from './field/path.ts';
import type { NodeResult } from './node/results.ts';
import { EXEMPT_NAMESPACES } from './step/exempt.ts';
import type { Manifest } from './step/step.ts';
import { targetOf } from './step/target.ts';

/** What of the client is used. */
export type VerifyApi = Pick<ApiClient, 'create' | 'list'>;

/** Pods that one verdict names. */
const NAMED_PODS = 20;

/**
 * Runs the checks of a bundle.
 * @param api undefined when no cluster is asked: its checks are then no evidence
 * @param results what scripts printed on nodes
 * @param runs of the tests of charts, before, after and after back-out
 */
export async function verifyBundle(
  { mitigation, verify }: Bundle,
  api: VerifyApi | undefined,
  results: readonly NodeResult[],
  runs: readonly HelmTestRun[] = [],
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const one of verify) {
    if (one.type === 'probe') verdicts.push(...probeVerdicts(mitigation, one.id, results));
    else if (one.type === 'helm-tests') verdicts.push(...helmVerdicts(one, runs));
    else if (api === undefined) verdicts.push(verdict(one.id, 'the cluster', 'no-evidence', 'no cluster was asked'));
    else verdicts.push(one.type === 'denied' ? await deniedVerdict(one, api) : await podsVerdict(one, api));
  }
  return verdicts;
}

function probeVerdicts(mitigation: string, id: string, results: readonly NodeResult[]): readonly Verdict[] {
  const own = results.filter((one) => one.mitigation === mitigation && one.kind === 'probe' && one.step === id);
  if (own.length === 0)
    return [verdict(id, 'nodes', 'no-evidence', 'no node was asked: give the output of the script with --results')];
  return own.map(({ node, outcome }) =>
    verdict(
      id,
      node,
      outcome === 'pass' ? 'pass' : 'fail',
      outcome === 'pass' ? 'the probe says that it works' : 'the probe says that it does not work',
    ),
  );
}

/** The tests of each release together must show an effect, and nothing that broke. */
function helmVerdicts(
  { id, releases }: Extract<Verification, { type: 'helm-tests' }>,
  runs: readonly HelmTestRun[],
): readonly Verdict[] {
  const compared = compareRuns(runs);
  return releases.map(({ namespace, name }) => {
    const own = compared.filter((test) => test.namespace === namespace && test.release === name);
    const judged = comparisonVerdicts(own);
    const evidence = judged.map(({ subject, evidence: seen }) => `${subject}: ${seen.join(', ')}`);
    const said = (word: Verdict['verdict'], reason: string): Verdict => {
      return { ...verdict(id, `${namespace}/${name}`, word, reason), evidence };
    };
    const failing = judged.find((one) => one.verdict === 'fail');
    if (failing !== undefined) return said('fail', `${failing.subject}: ${failing.reason}`);
    if (own.length === 0) {
      return said(
        'no-evidence',
        "run the chart's tests before and after (helm-tests run), and give both with --helm-tests",
      );
    }
    const open = judged.find((one) => one.verdict !== 'pass');
    if (open !== undefined) return said('no-evidence', `${open.subject}: ${open.reason}`);
    return own.some(({ change }) => change === 'effect')
      ? said('pass', 'tests that failed before pass now')
      : said('warn', 'nothing broke, and no test failed before: the tests do not show the effect');
  });
}

/** Tries to make an object that must be refused; the server keeps nothing of it. */
async function deniedVerdict({ id, object }: DeniedVerification, api: VerifyApi): Promise<Verdict> {
  const manifest = manifestOf(object);
  const { apiVersion, kind, metadata } = manifest;
  const { name, namespace } = metadata;
  const subject = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  try {
    const { resource } = targetOf({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
    await api.create(resource, manifest, { dryRun: true });
    return verdict(id, subject, 'fail', 'the server would take it');
  } catch (error) {
    if (error instanceof ServerError && /admission webhook|violates PodSecurity|denied/i.test(error.message)) {
      return verdict(id, subject, 'pass', error.message);
    }
    return verdict(id, subject, 'no-evidence', messageOf(error));
  }
}

/** Looks at every running pod: one that is older than the control has it not until it is started anew. */
async function podsVerdict(
  { id, namespaces, labels, path, value }: PodsVerification,
  api: VerifyApi,
): Promise<Verdict> {
  const pattern = parsePathPattern(path);
  const lacking: string[] = [];
  let seen = 0;
  try {
    for await (const pod of api.list(PODS, labels === undefined ? {} : { labelSelector: labels })) {
      const { name = '', namespace = '' } = pod.metadata;
      const wanted = namespaces === undefined ? !EXEMPT_NAMESPACES.includes(namespace) : namespaces.includes(namespace);
      if (!wanted || !isRunning(pod)) continue;
      seen += 1;
      const values = valuesAt(pod, pattern);
      // Where something must stand, no place at all is as bad as a wrong value.
      const lacks = values.length === 0 ? value !== undefined : values.some((one) => !sameValue(one, value));
      if (lacks) lacking.push(`${namespace}/${name}`);
    }
  } catch (error) {
    return verdict(id, 'running pods', 'no-evidence', messageOf(error));
  }
  if (lacking.length === 0) return verdict(id, 'running pods', 'pass', `${seen} running pods have it`);
  const named = lacking.sort().slice(0, NAMED_PODS);
  const more = lacking.length > named.length ? ` and ${lacking.length - named.length} more` : '';
  const reason = `restarts due: ${lacking.length} of ${seen} running pods do not have it: ${named.join(', ')}${more}`;
  return { ...verdict(id, 'running pods', 'fail', reason), evidence: named };
}

function isRunning(pod: KubernetesObject): boolean {
  const status = isMembers(pod['status']) ? pod['status'] : {};
  return status['phase'] !== 'Succeeded' && status['phase'] !== 'Failed';
}

function manifestOf(object: Readonly<Record<string, unknown>>): Manifest {
  const { apiVersion, kind, metadata } = object;
  const name = isMembers(metadata) ? metadata['name'] : undefined;
  const namespace = isMembers(metadata) ? metadata['namespace'] : undefined;
  return {
    ...object,
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: {
      ...(isMembers(metadata) ? metadata : {}),
      name: String(name),
      ...(typeof namespace === 'string' ? { namespace } : {}),
    },
  };
}

function verdict(check: string, subject: string, word: Verdict['verdict'], reason: string): Verdict {
  return { check, subject, verdict: word, evidence: [], reason };
}
