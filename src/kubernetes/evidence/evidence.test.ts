// Parts, joining and signing: what is whole goes through; what was cut off, altered, doubled or is of another cluster is refused, with the reason.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { partText } from '../../../test/support/evidence-part.ts';
import { resultValidator } from '../../../test/support/schemas.ts';
import { LimitError, ParseError, PlimsollError } from '../../platform/errors.ts';
import { bundleText, readEvidence, signEvidence, verifyEvidence } from './bundle.ts';
import type { EvidenceBundle } from './evidence.ts';
import { type ClusterEvidence, joinEvidence, machineHash, type NodePart } from './join.ts';
import { readParts } from './part.ts';

const TOOL = { name: 'plimsoll', version: '0' };
const FILE = {
  kind: 'file',
  path: '/a',
  type: 'file',
  mode: '644',
  owner: 'root',
  group: 'root',
  uid: 0,
  gid: 0,
  size: 1,
  modified: 7,
};

/** A part with a machine's id. */
function partOf(node: string, machine: string, records: readonly object[] = [FILE]): string {
  return partText(node, records, machine);
}

function parts(...texts: readonly string[]): readonly NodePart[] {
  return texts.flatMap((text, at) => readParts(text, `p${at}`).map((evidence) => ({ file: `p${at}`, evidence })));
}

function cluster(nodes: readonly (readonly [name: string, machine: string])[]): ClusterEvidence {
  return {
    identity: { id: 'uid-1', version: 'v1.20.2', server: 'https://10.0.0.1:6443' },
    objects: [
      { apiVersion: 'v1', kind: 'Pod', namespace: 'b', name: 'x', object: {} },
      { apiVersion: 'v1', kind: 'Namespace', name: 'a', object: {} },
    ],
    gaps: [],
    nodes: new Map(nodes.map(([name, machine]) => [name, machineHash(machine)])),
  };
}

test('a part gives its node; content gets the digest of what was kept, repeated facts count once', () => {
  const content = { kind: 'content', path: '/c', text: 'a: "[redacted]"\n' };
  const [node] = readParts(partOf('n1', 'm1', [FILE, content, FILE, { ...content, path: '/d', text: '' }]), 'p');
  assert.deepEqual(node?.observations, [
    FILE,
    { ...content, sha256: createHash('sha256').update(content.text).digest('hex'), redacted: true },
    { kind: 'content', path: '/d', text: '', sha256: createHash('sha256').digest('hex'), redacted: false },
  ]);
  assert.deepEqual(
    readParts(`${partOf('n1', 'm1')}\n${partOf('n2', 'm2')}`, 'p').map((one) => one.node),
    ['n1', 'n2'],
  );
});

test('law: a part that lost or changed a byte is refused, and so is one that was cut off', () => {
  const text = partOf('n1', 'm1', [FILE, { kind: 'absent', path: '/b' }]);
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.constantFrom('', 'x', '0', '\n', '"'), (at, other) => {
      fc.pre(text[at] !== other);
      assert.throws(() => readParts(text.slice(0, at) + other + text.slice(at + 1), 'p'), ParseError);
      assert.throws(() => readParts(text.slice(0, at), 'p'), ParseError);
    }),
    { numRuns: 200 },
  );
});

test('what is no part is told with file and line', () => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /p:1: no part of a node/],
    ['plimsoll-evidence 2\n', /p:1: a part of another version/],
    ['plimsoll-evidence 1\n{}\n', /p:1: the part was cut off/],
    [`${partOf('a', 'm')}x\n`, /no part of a node/],
    [partOf('a', 'm', [{ ...FILE, mode: '999' }]), /p:3: mode/],
    [partOf('a', 'm', [{ kind: 'shadow', path: '/etc/shadow' }]), /p:3: kind/],
    [partOf('a', 'm', [{ ...FILE, extra: 1 }]), /p:3: the record: .*extra/],
    [partOf('', 'm'), /p:2: node/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => readParts(text, 'p'),
      (error) => error instanceof ParseError && message.test(error.message),
      text,
    );
  }
});

test('nodes and objects come out sorted, with what is missing as gaps', () => {
  const failed = { kind: 'failed', what: '/x', reason: 'Permission denied' };
  const program = { kind: 'failed', what: 'rpm -qa', reason: 'no such program' };
  const joined = joinEvidence(
    parts(partOf('n2', 'm2', [failed, failed, { ...failed, what: '/y' }, program]), partOf('n1', 'm1', [program])),
    cluster([
      ['n1', 'm1'],
      ['n2', 'm2'],
      ['n3', 'm3'],
    ]),
    TOOL,
  );
  assert.deepEqual(
    joined.nodes.map(({ node }) => node),
    ['n1', 'n2'],
  );
  assert.deepEqual(
    joined.objects.map(({ kind }) => kind),
    ['Namespace', 'Pod'],
  );
  assert.deepEqual(joined.gaps, [
    { kind: 'not-scanned', target: 'n2', reason: 'could not be read: /x (Permission denied), and 1 more' },
    { kind: 'not-scanned', target: 'n3', reason: 'nothing was collected on this node' },
  ]);
});

test('doubled parts and parts of another cluster are refused', () => {
  const refused = (made: () => unknown, message: RegExp) =>
    assert.throws(
      made,
      (error) => error instanceof PlimsollError && error.code === 'usage' && message.test(error.message),
    );
  const [one, again, other] = [partOf('n1', 'm1'), partOf('n1', 'm2'), partOf('n2', 'm1')];
  refused(() => joinEvidence(parts(one, again), undefined, TOOL), /n1 is there twice: in p0 and in p1/);
  refused(() => joinEvidence(parts(one, other), undefined, TOOL), /one machine under two names, n2 and n1/);
  refused(
    () => joinEvidence(parts(one), cluster([['n9', 'm1']]), TOOL),
    /p0: the cluster at https:\/\/10.0.0.1:6443 has no node n1/,
  );
  refused(() => joinEvidence(parts(one), cluster([['n1', 'm2']]), TOOL), /n1 is another machine/);
  // Cloned machines of which the server says so are two nodes.
  assert.equal(
    joinEvidence(
      parts(one, other),
      cluster([
        ['n1', 'm1'],
        ['n2', 'm1'],
      ]),
      TOOL,
    ).nodes.length,
    2,
  );
  assert.equal(joinEvidence(parts(one), { ...cluster([]), nodes: undefined }, TOOL).nodes.length, 1);
});

function bundle(): EvidenceBundle {
  const content = { kind: 'content', path: '/\udcff\u202e', text: '\u0000\ud83d\ude00' };
  const command = { kind: 'command', command: ['uname', '-r'], exit: 0, output: '5.3.18\n' };
  const process = {
    kind: 'process',
    pid: 1,
    ppid: 0,
    user: 'root',
    argv: ['etcd'],
    exe: '/etcd',
    environment: ['ETCD_NAME=a'],
  };
  return joinEvidence(parts(partOf('n1', 'm1', [FILE, content, command, process])), cluster([['n1', 'm1']]), TOOL);
}

test('a bundle reads back as it was, follows its schema, and is the same bytes every time', () => {
  const text = bundleText(bundle());
  assert.deepEqual(readEvidence(text, 'b'), bundle());
  assert.equal(bundleText(readEvidence(text, 'b')), text);
  const validate = resultValidator('evidence-1');
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...JSON.parse(text), other: 1 }));
  for (const wrong of ['', '{}', '[]', text.slice(0, -3), text.replace('"schemaVersion":1', '"schemaVersion":2')]) {
    assert.throws(
      () => readEvidence(wrong, 'b'),
      (error) => error instanceof ParseError && error.message.startsWith('b: no bundle'),
    );
  }
});

test('what is nested without end is refused', () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const text = bundleText(bundle()).replace(
    '"objects":[',
    `"objects":[{"apiVersion":"v1","kind":"A","name":"a","object":${deep}},`,
  );
  assert.throws(() => readEvidence(text, 'b'), LimitError);
});

test('law: of a signed bundle no byte is free', () => {
  const text = bundleText(bundle());
  const [own, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const signature = signEvidence(text, bundle(), own.privateKey);
  const verify = (given: string, sig: string | undefined, key = own.publicKey) =>
    verifyEvidence(given, readEvidence(given, 'b'), sig, [key], 'b');
  assert.match(verify(text, signature), /^[0-9a-f]{64}$/);
  const refused = (made: () => unknown, message = /./) =>
    assert.throws(made, (error) => error instanceof PlimsollError && message.test(error.message));
  refused(() => verify(text, undefined), /b: it is not signed/);
  refused(() => verify(text, signature, other.publicKey), /none of the given keys/);
  refused(() => verify(text.replace('"644"', '"600"'), signature), /altered/);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom('', ' ', '1', '\n'), (at, byte) => {
      fc.pre(text[at] !== byte);
      refused(() => verify(text.slice(0, at) + byte + text.slice(at + 1), signature));
    }),
    { numRuns: 150 },
  );
});
