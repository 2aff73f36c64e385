import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParseError } from '../../platform/errors.ts';
import { policySection, reachSection } from './posture-checks.ts';

const MATRIX = JSON.stringify({
  workloads: [
    { subject: 'Deployment/s/secret-name', cells: [{ check: 'seccomp', verdict: 'fail', reason: 'not set' }] },
    { subject: 'Deployment/s/other', cells: [{ check: 'seccomp', verdict: 'fail', reason: 'not set' }] },
  ],
  gaps: [{ kind: 'not-scanned', target: 'chart secret-name', reason: 'no helm' }],
});
const QUERY = JSON.stringify({
  reachable: [{ from: 'user/secret-name', to: 'services/api' }],
  bypasses: [{ kind: 'host-network', subject: 'services/secret-name' }],
  notEvaluated: [{ layer: 'network', kind: 'CiliumNetworkPolicy', name: 'secret-name' }],
  gaps: [],
});

test('results are counted, and what could not be told stands beside them', () => {
  assert.deepEqual(policySection(MATRIX, false).rows, [
    { check: 'gap: not-scanned', verdict: 'no-evidence', number: 1 },
    { check: 'seccomp', verdict: 'fail', number: 2 },
  ]);
  assert.deepEqual(
    reachSection(QUERY, false).rows.map(({ check, verdict, number }) => [check, verdict, number]),
    [
      ['asked connection', 'open', 1],
      ['not evaluated: CiliumNetworkPolicy', 'no-evidence', 1],
      ['not governed: host-network', 'warn', 1],
    ],
  );
});

test('names are told inside alone', () => {
  for (const [read, json] of [
    [policySection, MATRIX],
    [reachSection, QUERY],
  ] as const) {
    assert.doesNotMatch(JSON.stringify(read(json, false)), /secret-name/);
    assert.match(JSON.stringify(read(json, true)), /secret-name/);
  }
});

test('previews and checks of Pod Security Standards are read too; other documents are refused', () => {
  const preview = { objects: [{ outcome: 'rejected' }], findings: [{ check: 'audit-only', verdict: 'warn' }] };
  assert.deepEqual(
    policySection(JSON.stringify(preview), true).rows.map(({ check, verdict }) => [check, verdict]),
    [
      ['admission', 'rejected'],
      ['audit-only', 'warn'],
    ],
  );
  const check = { subjects: [{ checks: [{ check: 'hostPorts', verdict: 'pass' }] }] };
  assert.deepEqual(policySection(JSON.stringify(check), false).rows, [
    { check: 'hostPorts', verdict: 'pass', number: 1 },
  ]);
  for (const text of ['{', '[]', '{}', '{"findings": []}', 'null', '{"objects": 1}']) {
    assert.throws(() => policySection(text, false), ParseError);
    assert.throws(() => reachSection(text, false), ParseError);
  }
});
