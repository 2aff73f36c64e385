// Policies: Kubernetes YAML, expressions, regular expressions, policies on objects, Kyverno's tests.
import { EvaluationError, UnsupportedError } from '../../../src/posture/policy/kyverno/failure.ts';
import { evaluate } from '../../../src/posture/policy/kyverno/jmespath/evaluate.ts';
import { parseExpression } from '../../../src/posture/policy/kyverno/jmespath/parse.ts';
import { replaceMatches } from '../../../src/posture/policy/kyverno/jmespath/regex.ts';
import { compileRegex } from '../../../src/posture/policy/kyverno/jmespath/regex-compile.ts';
import { policySetOf } from '../../../src/posture/policy/kyverno/policy-set.ts';
import { readObjects } from '../../../src/posture/policy/objects/read.ts';
import { previewOf } from '../../../src/posture/policy/preview/preview.ts';
import { runTestFile } from '../../../src/posture/policy/test-file/run.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: d, labels: {a: b}}\nspec: {containers: [{name: c, image: "i:1"}]}\n';
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
      const { objects, gaps } = readObjects(input.toString(), 'f');
      const release = [...readObjects(POD, 'pod').objects, ...objects];
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
];
