// Our JSONPath against kubectl, which has the library that kube-bench has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clusterProgram } from '../../../../test/cluster/assets.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { Json } from '../../../platform/json.ts';
import { NotThere, parseJsonPath, printJsonPath } from './json-path.ts';

const DOCUMENT: Json = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  metadata: { name: 'a' },
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: '/ca' } },
  featureGates: { RotateKubeletServerCertificate: true },
  eventRecordQPS: 0,
  limit: 1_000_000,
  half: 1.5,
  empty: '',
  tlsCipherSuites: ['A', 'B', 'C'],
  nested: [{ a: 1 }, { a: [true, { b: 'deep' }] }, {}],
};

const PATHS: readonly string[] = [
  '{.authentication.anonymous.enabled}',
  '{.authentication.x509.clientCAFile}',
  '{.authentication}',
  '{.featureGates.RotateKubeletServerCertificate}',
  '{.eventRecordQPS}',
  '{.limit}',
  '{.half}',
  '{.empty}',
  '{.missing.further}',
  "{range .tlsCipherSuites[:]}{}{','}{end}",
  "{range .missing[:]}{}{','}{end}",
  '{range .nested[*]}{.a}{"-"}{end}',
  '{.tlsCipherSuites}',
  '{.tlsCipherSuites[*]}',
  '{.tlsCipherSuites[1]}',
  '{.tlsCipherSuites[-1]}',
  '{.tlsCipherSuites[0:2]}',
  '{.tlsCipherSuites[1:]}',
  '{.nested[1].a[1].b}',
  '{.nested[*].a}',
  'x={.eventRecordQPS};{.half}',
  "{['half']}",
  '{.tlsCipherSuites[7]}',
  'no braces',
];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-json-path-'));
after(() => rmSync(folder, { recursive: true }));

function ours(path: string): string {
  try {
    return printJsonPath(parseJsonPath(path), DOCUMENT);
  } catch (error) {
    if (error instanceof NotThere) return 'error';
    throw error;
  }
}

const kubectl = clusterProgram('kubectl');

test('paths print what kubectl prints', { skip: kubectl === undefined ? 'needs the program kubectl' : false }, () => {
  const file = join(folder, 'document.json');
  writeFileSync(file, JSON.stringify(DOCUMENT));
  for (const path of PATHS.filter((one) => one.includes('{'))) {
    // Formats are read without a change of the object: the name is one that it has.
    const args = ['annotate', '--local', '-f', file, 'a-', '-o', `jsonpath=${path}`];
    const { stdout, status } = spawnSync(kubectl ?? '', args, { encoding: 'utf8' });
    assert.equal(ours(path), status === 0 ? stdout : 'error', path);
  }
});

test('a template without braces is text, and what is not supported is refused', () => {
  assert.equal(ours('no braces'), 'no braces');
  for (const path of ['{.a[?(@.b)]}', '{..a}', '{.a', '{end}', '{range .a}', '{.a[1,2]}', '{a}', '{.}']) {
    assert.throws(() => parseJsonPath(path), ParseError, path);
  }
});
