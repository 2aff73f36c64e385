import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseSection } from '../definition/read-section.ts';
import { recognise } from './recognise.ts';

const CFG = 'data/k8s/kube-bench/cfg/cis-1.20';
const DATA_DIR = `ps -ef | grep $etcdbin | grep -- --data-dir | sed 's%.*data-dir[= ]\\([^ ]*\\).*%\\1%'`;

const COMMANDS: readonly (readonly [command: string, question: unknown])[] = [
  ['ps -ef | grep $a | grep -v grep', { kind: 'processes', program: '$a', by: 'line' }],
  ['/bin/ps -fC kubelet ', { kind: 'processes', program: 'kubelet', by: 'name' }],
  ['/bin/cat $kubeletconf', { kind: 'content', file: '$kubeletconf' }],
  [
    `/bin/sh -c "stat -c permissions=%a $x"`,
    { kind: 'stat', files: ['$x'], format: 'permissions=%a', missing: 'error' },
  ],
  [
    `/bin/sh -c 'if test -e $x; then stat -c %U:%G $x; fi' `,
    { kind: 'stat', files: ['$x'], format: '%U:%G', missing: 'nothing' },
  ],
  [
    `/bin/sh -c "if test -e $x; then stat -c %U:%G $x; else echo \\"File not found\\"; fi"`,
    { kind: 'stat', files: ['$x'], format: '%U:%G', missing: { says: 'File not found' } },
  ],
  [
    `for f in /a /b; do stat -c "permissions=%a %n" $f; done`,
    { kind: 'stat', files: ['/a', '/b'], format: 'permissions=%a %n', missing: 'error' },
  ],
  [
    `find /a/ -name '*.crt' | xargs stat -c permissions=%a`,
    { kind: 'tree', root: '/a/', name: '*.crt', format: 'permissions=%a', guarded: false },
  ],
  [`${DATA_DIR} | xargs stat -c %U:%G`, { kind: 'data-directory', program: '$etcdbin', format: '%U:%G' }],
];

for (const [command, question] of COMMANDS) {
  test(`recognised: ${command}`, () => assert.deepEqual(recognise(command), question));
}

test('what is only nearly a template is none', () => {
  for (const command of [
    '',
    'ps -ef | grep $a',
    'ps -ef | grep $a | grep -v grep; rm -rf /',
    'ps -ef | grep $a | grep -v grep && true',
    'cat $a $b',
    'cat $(a)',
    'cat `a`',
    "cat 'a b'",
    'stat -c %s $a',
    'stat -c "%a;%U" $a',
    'if test -e $a; then stat -c %a $b; fi',
    'for f in /a /b; do stat -c %a $g; done',
    "find /a -name '*' -delete | xargs stat -c %a",
    '/bin/sh -c "cat $a" x',
  ]) {
    assert.equal(recognise(command), undefined, command);
  }
});

test('every command of cis-1.20 is recognised, in its 123 checks', needsShared(CFG), () => {
  const sections = ['master', 'etcd', 'controlplane', 'node', 'policies'].map((name) =>
    parseSection(readFileSync(sharedPath(`${CFG}/${name}.yaml`), 'utf8'), name),
  );
  const checks = sections.map((section) => section?.groups.flatMap(({ checks: all }) => all) ?? []);
  assert.deepEqual(
    checks.map(({ length }) => length),
    [64, 7, 3, 23, 26],
  );
  const commands = checks
    .flat()
    .flatMap(({ audit, auditConfig, auditEnv }) => [audit, auditConfig, auditEnv])
    .filter((one) => one !== '');
  assert.equal(commands.length, 107);
  assert.deepEqual(
    commands.filter((command) => recognise(command) === undefined),
    [],
  );
});
