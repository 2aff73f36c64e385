import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Subject } from '../mitigation/bundle/applies.ts';
import { bundleFiles, openBundle, shippedFolder } from '../mitigation/content.ts';
import { choicesOf, outcomeOf } from './choices.ts';
import { conflictsOf, type NodeConflicts } from './conflicts.ts';
import { nodeState } from './node-state.ts';
import { parseConflictTable, readConflictTable } from './table.ts';

const TABLE = readConflictTable();
const BUNDLES = bundleFiles(shippedFolder() ?? '').map((file) => openBundle(file, file).bundle);

/** A node of an HPC system: a kernel with CVE-2022-0185, no Kubernetes, nothing installed. */
const BARE: Readonly<Record<string, readonly string[]>> = {
  kernel: ['5.3.18-150300.59.43-default'],
  'probe:userns': ['works'],
  'role:kubernetes': [],
  kubernetes: [],
  'policy-engine:kyverno': [],
  'program:ch-run': [],
  'program:podman-hpc': [],
  'program:enroot': [],
  'program:apptainer': [],
  'program:apptainer-suid': [],
  'program:sarus': [],
  'program:shifter': [],
  'workload:host-users-false': [],
  'workload:build-in-pod': [],
  'setting:apptainer.limits': [],
};

function node(facts: Readonly<Record<string, readonly string[]>>): Subject {
  return { name: 'n1', kind: 'node', facts: new Map(Object.entries({ ...BARE, ...facts })) };
}

function judge(
  facts: Readonly<Record<string, readonly string[]>>,
  planned: readonly string[] = [],
  active: readonly string[] = [],
): NodeConflicts {
  const [found] = conflictsOf([node(facts)], { table: TABLE, bundles: BUNDLES, active, planned });
  assert.ok(found !== undefined);
  return found;
}

function words({ results }: NodeConflicts): readonly string[] {
  return results.map(({ subject, verdict }) => `${subject} ${verdict}`);
}

test('Charliecloud and an open kernel: the mitigation closes the CVE and breaks it, and no choice is consistent', () => {
  const facts = { 'program:ch-run': ['/usr/bin/ch-run'], kernel: ['5.10.60'] };
  assert.deepEqual(words(judge(facts)), ['n1/charliecloud pass', 'n1/CVE-2022-0185 fail', 'n1/CVE-2022-0492 fail']);
  const planned = judge(facts, ['userns-off']);
  assert.deepEqual(words(planned), ['n1/charliecloud fail', 'n1/CVE-2022-0185 pass', 'n1/CVE-2022-0492 pass']);
  assert.equal(planned.choices.filter(({ consistent }) => consistent).length, 0);
  assert.deepEqual(
    planned.choices.map(({ states, planned: is, current }) => [states['user-namespaces'], is, current]),
    [
      ['off', true, false],
      ['on', false, true],
    ],
  );
  assert.match(planned.results[0]?.remediation ?? '', /leave user-namespaces on/);
});

test('what the ledger says is applied tells what no fact does, and never closes what the node shows open', () => {
  const facts = { kernel: ['5.10.60'] };
  const open = ['n1/CVE-2022-0185 fail', 'n1/CVE-2022-0492 fail'];
  assert.deepEqual(words(judge(facts, [], ['userns-off'])), open);
  const closed = ['n1/CVE-2022-0185 pass', 'n1/CVE-2022-0492 pass'];
  assert.deepEqual(words(judge(facts, ['userns-off'], ['userns-off'])), closed);
  assert.deepEqual(words(judge({ ...facts, 'probe:userns': [] }, [], ['userns-off'])), closed);
});

test('a kernel that is fixed has nothing to close, whatever could close it', () => {
  const fixed = judge({
    'program:ch-run': ['x'],
    kernel: ['5.17.0'],
    'role:kubernetes': ['worker'],
    kubernetes: ['1.24.1'],
  });
  assert.deepEqual(words(fixed), ['n1/charliecloud pass']);
  assert.ok(fixed.choices[0]?.consistent);
});

test('a kernel outside the ranges of a bundle for two CVEs may have the one that is older', () => {
  assert.deepEqual(words(judge({ kernel: ['4.18.0-305.el8'] })), ['n1/CVE-2022-0492 no-evidence']);
});

test('Apptainer with its starter: allow setuid = no closes CVE-2023-30549 and needs what the other mitigation takes away', () => {
  const facts = {
    kernel: ['5.10.60'],
    'program:apptainer': ['x'],
    'program:apptainer-suid': ['x'],
    'version:apptainer': ['1.1.6'],
    'setting:apptainer.allow-setuid': ['yes'],
  };
  const { choices, results } = judge(facts);
  assert.deepEqual(
    results.filter(({ verdict }) => verdict === 'fail').map(({ subject }) => subject),
    ['n1/CVE-2022-0185', 'n1/CVE-2022-0492', 'n1/CVE-2023-30549'],
  );
  const of = (namespaces: string, setuid: string) =>
    choices.find(({ states }) => states['user-namespaces'] === namespaces && states['apptainer-setuid'] === setuid);
  assert.deepEqual(of('off', 'no')?.broken, ['apptainer-suid']);
  assert.deepEqual(of('off', 'no')?.open, []);
  assert.deepEqual(of('off', 'yes')?.open, ['CVE-2023-30549']);
  assert.deepEqual(of('on', 'no')?.open, ['CVE-2022-0185', 'CVE-2022-0492']);
  assert.ok(choices.every(({ consistent }) => !consistent));
  // With the fixed Apptainer the setuid starter is no hole, and one choice is left.
  const updated = judge({ ...facts, 'version:apptainer': ['1.1.9'] });
  assert.deepEqual(
    updated.choices.filter(({ consistent }) => consistent).map(({ states }) => states),
    [{ 'user-namespaces': 'off', 'apptainer-setuid': 'yes' }],
  );
});

test('limits of Apptainer count only where users cannot make user namespaces', () => {
  const facts = { kernel: ['5.17.0'], 'setting:apptainer.limits': ['limit container paths'] };
  assert.deepEqual(words(judge(facts)), ['n1/apptainer-limits warn']);
  assert.deepEqual(words(judge(facts, ['userns-off'])), ['n1/apptainer-limits pass']);
});

test('the default profile lowers the risk in pods, and breaks builds in them', () => {
  const facts = {
    kernel: ['5.10.60'],
    'role:kubernetes': ['worker'],
    kubernetes: ['1.21.3'],
    'policy-engine:kyverno': ['1.7'],
    'workload:build-in-pod': ['ci/buildah'],
    'setting:kubelet.seccomp-default': ['false'],
  };
  assert.deepEqual(words(judge(facts, ['seccomp-default'])), [
    'n1/builds-in-pods fail',
    'n1/CVE-2022-0185 warn',
    'n1/CVE-2022-0492 warn',
  ]);
});

test('what nobody looked up is no evidence: never pass, never fail', () => {
  const [found] = conflictsOf([{ name: 'n1', kind: 'node', facts: new Map() }], {
    table: TABLE,
    bundles: BUNDLES,
    active: [],
    planned: [],
  });
  const verdicts = new Set(
    found?.results.filter(({ subject }) => !/sarus|shifter/.test(subject)).map(({ verdict }) => verdict),
  );
  assert.deepEqual([...verdicts], ['no-evidence']);
});

test('law: an unknown setting is judged as all its states agree, and setting it never changes what was told', () => {
  const facts = fc.record(
    {
      kernel: fc.constantFrom(['5.10.60'], ['5.17.0']),
      'program:ch-run': fc.constantFrom(['x'], []),
      'program:apptainer': fc.constantFrom(['x'], []),
      'program:apptainer-suid': fc.constantFrom(['x'], []),
      'version:apptainer': fc.constantFrom(['1.1.6'], ['1.2.0'], []),
      'probe:userns': fc.constantFrom(['works'], ['fails']),
      'role:kubernetes': fc.constantFrom(['worker'], []),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(facts, (given) => {
      const state = nodeState(TABLE, BUNDLES, {
        name: 'n',
        kind: 'node',
        facts: new Map(Object.entries(given as Record<string, readonly string[]>)),
      });
      const choices = choicesOf(state, {});
      const none = outcomeOf(state, {});
      for (const choice of choices) {
        for (const kind of ['broken', 'open', 'lost'] as const) {
          for (const id of none[kind]) assert.ok(choice[kind].includes(id), `${id} of ${kind}`);
        }
      }
      const total = state.settings.filter(({ setting }) => Object.hasOwn(choices[0]?.states ?? {}, setting.id));
      assert.equal(
        choices.length,
        total.reduce((product, { setting }) => product * setting.states.length, 1),
      );
    }),
    { numRuns: 100 },
  );
});

test('the bundles that come with the program and the table say the same: who sets a state conflicts with whom it breaks', () => {
  for (const setting of TABLE.settings) {
    for (const { id, mitigation } of setting.states) {
      if (mitigation === undefined) continue;
      const bundle = BUNDLES.find((one) => one.mitigation === mitigation);
      assert.ok(bundle !== undefined, `${mitigation} is a bundle`);
      const stated = new Set(bundle.conflicts.map(({ when }) => when.fact));
      for (const { present, works } of TABLE.runtimes) {
        const program = present[0]?.fact ?? '';
        if (!program.startsWith('program:')) continue;
        const breaks = works.every((row) => Object.hasOwn(row, setting.id) && row[setting.id] !== id);
        if (breaks) assert.ok(stated.has(program), `${mitigation} names ${program} as a conflict`);
      }
    }
  }
  const off = BUNDLES.find(({ mitigation }) => mitigation === 'userns-off');
  assert.deepEqual(
    off?.steps.map((step) => (step.type === 'sysctl' ? `${step.key}=${step.value}` : step.type)),
    ['user.max_user_namespaces=0'],
  );
});

test('a table with a state that is not there is refused with its place', () => {
  const text = `settings: []\nruntimes:\n  - {id: a, title: A, source: s, because: b, present: [{fact: kernel, present: true}], works: [{no-such: "on"}]}\nvulnerabilities: []\nflaws: []\ncontrols: []\n`;
  assert.throws(() => parseConflictTable(text), /conflict-table.yaml:3:.*no state on of a setting no-such/);
});
