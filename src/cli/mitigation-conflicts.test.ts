import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { partText } from '../../test/support/evidence-part.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-conflicts-'));
after(() => rmSync(folder, { recursive: true }));

function conflicts(...args: readonly string[]) {
  return runCommand(['mitigation', 'conflicts', ...args], { folder });
}

const content = (path: string, text: string) => ({ kind: 'content', path, text });
const command = (words: string, output: string) => ({ kind: 'command', command: words.split(' '), exit: 0, output });
const missing = (what: string) => ({ kind: 'failed', what, reason: 'no such program' });
const RECORDS = [
  command('uname -s -r -v -m', 'Linux 5.10.60-default #1 SMP x86_64'),
  content('/proc/sys/user/max_user_namespaces', '96365\n'),
  command('apptainer --version', 'apptainer version 1.1.6-1.el8'),
  {
    kind: 'file',
    path: '/usr/libexec/apptainer/bin/starter-suid',
    type: 'file',
    mode: '4755',
    owner: 'root',
    group: 'root',
    uid: 0,
    gid: 0,
    size: 1,
    modified: 0,
  },
  content('/etc/apptainer/apptainer.conf', 'allow setuid = yes\nlimit container owners = root\n'),
  ...[
    'ch-run --version',
    'sarus --version',
    'shifter --version',
    'podman-hpc --version',
    'enroot version',
    'kubelet --version',
  ].map(missing),
];

test('evidence of a node: the graph of operate with real words, and no choice that is consistent', async () => {
  writeFileSync(join(folder, 'w1.part'), partText('w1', RECORDS));
  const { stdout, stderr, code } = await conflicts(
    '--evidence',
    'w1.part',
    '--planned',
    'userns-off',
    '--format',
    'json',
  );
  assert.equal(code, 0, stderr);
  const validate = resultValidator('mitigation-conflicts-1');
  const result = JSON.parse(stdout) as {
    nodes: {
      then: object;
      choices: { states: Record<string, string>; broken: string[]; open: string[]; consistent: boolean }[];
    }[];
    results: { subject: string; verdict: string }[];
  };
  assert.ok(validate(result), JSON.stringify(validate.errors));
  assert.deepEqual(
    result.results.map(({ subject, verdict }) => `${subject} ${verdict}`),
    [
      'w1/apptainer-suid pass',
      'w1/CVE-2022-0185 pass',
      'w1/CVE-2022-0492 pass',
      'w1/CVE-2023-30549 fail',
      'w1/apptainer-limits pass',
    ],
  );
  const [node] = result.nodes;
  assert.deepEqual(node?.then, { 'user-namespaces': 'off', 'apptainer-setuid': 'yes' });
  assert.ok(node?.choices.every(({ consistent }) => !consistent));
  const off = node?.choices.find(
    ({ states }) => states['user-namespaces'] === 'off' && states['apptainer-setuid'] === 'no',
  );
  assert.deepEqual([off?.broken, off?.open], [['apptainer-suid'], []]);
  const text = await conflicts('--evidence', 'w1.part', '--fail-on', 'fail');
  assert.equal(text.code, 1);
  assert.match(text.stdout, /No choice is consistent/);
});

test('without anything to read, and for a mitigation that is not there, it is refused', async () => {
  writeFileSync(join(folder, 'facts.json'), '{"subjects": [{"name": "n1", "kind": "node", "facts": {}}]}');
  assert.equal((await conflicts()).code, 2);
  assert.equal((await conflicts('--facts', 'facts.json', '--planned', 'no-such')).code, 2);
  writeFileSync(join(folder, 'none.json'), '{"subjects": [{"name": "c", "kind": "cluster", "facts": {}}]}');
  assert.equal((await conflicts('--facts', 'none.json')).code, 3);
  const unknown = await conflicts('--facts', 'facts.json', '--fail-on', 'gaps');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stdout, /no-evidence: .*Charliecloud: whether it is there is not known/);
});
