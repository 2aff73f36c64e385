// Policies: Kubernetes YAML, expressions, regular expressions, policies on objects, Kyverno's tests.
import { ParseError } from '../../../src/platform/errors.ts';
import { applyCelPolicy } from '../../../src/posture/policy/cel/apply.ts';
import { EvaluationError, UnsupportedError } from '../../../src/posture/policy/kyverno/failure.ts';
import { evaluate } from '../../../src/posture/policy/kyverno/jmespath/evaluate.ts';
import { parseExpression } from '../../../src/posture/policy/kyverno/jmespath/parse.ts';
import { replaceMatches } from '../../../src/posture/policy/kyverno/jmespath/regex.ts';
import { compileRegex } from '../../../src/posture/policy/kyverno/jmespath/regex-compile.ts';
import { policySetOf } from '../../../src/posture/policy/kyverno/policy-set.ts';
import { readKyvernoReport } from '../../../src/posture/policy/kyverno-cli/report.ts';
import { controlMatrix } from '../../../src/posture/policy/matrix/matrix.ts';
import { previewOf } from '../../../src/posture/policy/preview/preview.ts';
import { runTestFile } from '../../../src/posture/policy/test-file/run.ts';
import { reachability, rowsOf } from '../../../src/posture/reach/evaluate.ts';
import { listText } from '../../../src/posture/reach/list-text.ts';
import { readNetwork } from '../../../src/posture/reach/network.ts';
import { policySection, reachSection } from '../../../src/publish/site/posture-checks.ts';
import { parseManifestObjects } from '../../../src/scan/release/manifests/objects.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: d, labels: {a: b}}\nspec: {containers: [{name: c, image: "i:1"}]}\n';
const CEL_POLICY = (expression: string) =>
  `${JSON.stringify({
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ValidatingPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], resources: ['pods'] }] },
      variables: [{ name: 'v', expression }],
      validations: [{ expression }, { expression: 'variables.v == object.spec' }],
    },
  })}\n`;
const VALUE = { a: { b: [1, 'x', null], c: {} }, list: [{ name: 'n' }, { name: 'm', tags: ['t'] }] };
const TEXT = `${'a'.repeat(40)}b/c_D 1`;

/** Everything of policies. */
export const POLICY_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'policy-expression',
    form: 'text',
    words: [
      '[?',
      '[]',
      '[*]',
      '||',
      '&&',
      '`1`',
      "'x'",
      'a.b',
      'list[].name',
      'length(',
      '@',
      '&',
      '{a: b}',
      ' | ',
      '!',
      '==',
    ],
    run: (input) => {
      const expression = parseExpression(input.toString());
      try {
        return [expression.type, evaluate(expression, VALUE)];
      } catch (error) {
        if (error instanceof EvaluationError || error instanceof UnsupportedError) return [expression.type];
        throw error;
      }
    },
  },
  {
    id: 'policy-regex',
    form: 'text',
    words: ['(', ')', '|', '*', '+?', '{2,3}', '[a-z]', '[^b]', '^', '$', '\\d', '(?i)', '(?P<n>', '.', '[[:alpha:]]'],
    run: (input) => {
      const regex = compileRegex(input.toString());
      const replaced = replaceMatches(regex, TEXT, '$0', false);
      expect(replaced === TEXT, 'a match replaced by itself changes the text');
      return [regex.states.length, regex.groups];
    },
  },
  {
    id: 'policy-preview',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'kind: ClusterPolicy',
      'kind: PolicyException',
      'match:',
      'kinds: [Pod]',
      'foreach:',
      '{{element.name}}',
      '(name): "*"',
      '+(a): b',
      'deny: {}',
      'podSecurity:',
    ],
    run: (input) => {
      const { objects, gaps } = parseManifestObjects(input.toString(), 'f');
      const release = [...parseManifestObjects(POD, 'pod').objects, ...objects];
      const { objects: previewed, findings } = previewOf(release, policySetOf(objects), '2022-04-06');
      return [gaps.length, previewed, findings.length];
    },
  },
  {
    id: 'policy-test-file',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'policies:',
      'resources: [pod]',
      'results:',
      'policy: p',
      'result: pass',
      'patchedResources: pod',
    ],
    run: (input) => {
      const rows = runTestFile(input.toString(), 'kyverno-test.yaml', (path) =>
        path === 'pod' ? POD : input.toString(),
      );
      return rows.map(({ verdict }) => verdict);
    },
  },
  {
    id: 'policy-matrix',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'kind: NetworkPolicy',
      'kind: TracingPolicy',
      'kind: KubeArmorPolicy',
      'securityContext:',
      'runAsUser: 0',
      'hostNetwork: true',
      'patchStrategicMerge:',
      'resourceFilters: "[Pod,*,*]"',
    ],
    run: (input) => {
      const { objects } = parseManifestObjects(input.toString(), 'f');
      const { objects: pod } = parseManifestObjects(POD, 'pod');
      const { rows, counts } = controlMatrix([...pod, ...objects], policySetOf(objects));
      expect(rows.length > 0, 'a Pod is passed over');
      for (const { cells } of rows) expect(cells.length === Object.keys(counts).length, 'a workload lacks a control');
      return rows.map(({ cells }) => cells.map(({ setBy }) => setBy));
    },
  },
  {
    id: 'reach-network',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'kind: NetworkPolicy',
      'podSelector: {}',
      'ipBlock: {cidr: 10.0.0.0/8}',
      'policyTypes: [Egress]',
      'matchExpressions:',
      'port: 0x50',
      'endPort: 90',
      'kind: Ingress',
      'kind: Service',
      'hostNetwork: on',
    ],
    run: (input) => {
      const reach = reachability(readNetwork(parseManifestObjects(`${POD}---\n${input.toString()}`, 'f')));
      const rows = [...rowsOf(reach)];
      expect(rows.length === 0 || listText(reach).split('\n').length === rows.length + 1, 'a list leaves a row out');
      return [reach.network.gaps.length, rows.length];
    },
  },
  {
    id: 'published-posture',
    form: 'json',
    words: ['pass', 'fail', 'rejected', 'seccomp', 'host-network'],
    run: (input) =>
      [policySection, reachSection].map((read) => {
        try {
          const { rows } = read(input.toString(), false);
          expect(!rows.some(({ reason }) => reason !== undefined), 'a reason is told outside');
          return rows.length;
        } catch (error) {
          if (error instanceof ParseError) return error.message;
          throw error;
        }
      }),
  },
  {
    id: 'policy-cel',
    form: 'text',
    words: [
      'object.spec',
      '.all(c, ',
      '.exists(c, ',
      '.map(c, c)',
      '.matches("a+")',
      '.?a.orValue(1)',
      'has(object.a)',
      'variables.v',
      'request.operation',
      '[1, 2]',
      "{'a': 1}",
      ' == ',
      ' in ',
      ' ? 1 : 2',
      '"x"',
      ' + ',
      'size(',
    ],
    run: (input) => {
      const policy = CEL_POLICY(input.toString());
      const [object] = parseManifestObjects(POD, 'pod').objects;
      const [read] = policySetOf(parseManifestObjects(policy, 'f').objects).cel ?? [];
      if (object === undefined || read === undefined) return [];
      const world = { operation: 'CREATE', namespaceLabels: () => undefined };
      return [applyCelPolicy(read, object, world)?.status];
    },
  },
  {
    id: 'kyverno-report',
    form: 'text',
    words: [...YAML_WORDS, 'apiVersion: wgpolicyk8s.io/v1alpha2', 'results:', 'result: fail', 'resources:'],
    run: (input) => readKyvernoReport(input.toString()).map(({ status, resource }) => [status, resource]),
  },
];
