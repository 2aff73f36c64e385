// The plan: worked cases for every kind of action, and laws over generated releases: what it claims is what is left when its actions are done.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instanceCells } from '../../explain/cells.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { ACTION_KINDS } from './action.ts';
import { candidatesOf } from './actions.ts';
import { basesOf } from './bases.ts';
import { groundOf } from './ground.ts';
import { type Plan, type PlanOptions, planOf } from './plan.ts';
import { layerDigest, releaseOf, type TestImage } from './test-release.ts';
import { planSentence } from './words.ts';

const ALL: PlanOptions = { severities: ['critical', 'high'], rebuildThirdParty: false };

function keysOf({ steps }: Plan): readonly string[] {
  return steps.map(({ action }) => action.key);
}

test('one base of three images is rebuilt rather than three images, and its dependants after it', () => {
  const found = ['alpine apk zlib CVE-2018-25032 high 1.2.12-r0'];
  const image = (name: string): TestImage => ({
    repository: `quay.io/hms/${name}`,
    layers: ['alpine', name],
    baseName: 'docker.io/library/alpine:3.15',
    found,
  });
  const plan = planOf(releaseOf([image('a'), image('b'), image('c')]), ALL);
  assert.deepEqual(keysOf(plan), ['rebuild-base docker.io/library/alpine:3.15']);
  assert.equal(
    plan.steps[0]?.action.title,
    'Rebuild the base docker.io/library/alpine:3.15 of 3 images with zlib 1.2.12-r0',
  );
  assert.equal(planSentence(plan), 'This action removes 100.0 % of the fixable critical and high: 3 of 3 instances.');
  assert.deepEqual(
    plan.builds.map(({ wave, what, target, after }) => [wave, what, target, after.length]),
    [
      [1, 'base', 'docker.io/library/alpine:3.15', 0],
      [2, 'image', 'quay.io/hms/a', 1],
      [2, 'image', 'quay.io/hms/b', 1],
      [2, 'image', 'quay.io/hms/c', 1],
    ],
  );
});

test('a package that an image brought in its own layer is not the matter of the base', () => {
  const found = ['own apk curl CVE-2022-1 high 7.80-r0'];
  const images = ['a', 'b'].map((name) => ({ repository: name, layers: ['alpine', `own-${name}`] }));
  const [a, b] = images;
  assert.ok(a !== undefined && b !== undefined);
  const plan = planOf(releaseOf([{ ...a, layers: ['alpine', 'own'], found }, b]), ALL);
  assert.deepEqual(keysOf(plan), ['rebuild-image a']);
});

test('an instance of a system package and a library is closed by two actions together, and by neither alone', () => {
  const found = ['alpine apk expat CVE-2022-1 critical 2.4.5-r0', 'app npm expat CVE-2022-1 high 2.4.5'];
  const plan = planOf(releaseOf([{ repository: 'a', layers: ['alpine', 'app'], found }]), ALL);
  assert.deepEqual(keysOf(plan).toSorted(), ['bump-dependency pkg:npm/expat in a', 'rebuild-image a']);
  assert.deepEqual(
    plan.steps.map(({ closed, total }) => [closed.length, total]),
    [
      [0, 0],
      [1, 1],
    ],
  );
  assert.ok(plan.steps.every(({ action }) => action.closes.length === 0 && action.helpsClose?.length === 1));
  assert.equal(
    planOf(releaseOf([{ repository: 'a', layers: ['alpine', 'app'], found }]), { ...ALL, budget: 1 }).closed,
    0,
  );
});

test('what only some packages have a fix for is not planned for, and what a statement excludes neither', () => {
  const partly = ['alpine apk expat CVE-2022-1 high 2.4.5-r0', 'alpine apk other CVE-2022-1 high'];
  const release = releaseOf([{ repository: 'a', layers: ['alpine'], found: partly }]);
  assert.equal(planOf(release, ALL).fixable, 0);
  const fixed = releaseOf([
    { repository: 'a', layers: ['alpine'], found: ['alpine apk expat CVE-2022-1 high 2.4.5-r0'] },
  ]);
  const stated = (statement: string): Assessment => ({
    ...fixed,
    findings: fixed.findings.map((row) => ({ ...row, statement })),
  });
  assert.equal(planOf(stated('not_affected:component_not_present'), ALL).fixable, 0);
  assert.equal(planOf(stated('affected:next-release'), ALL).fixable, 1);
});

test('an image of somebody else is replaced, or rebuilt where that is said to be possible', () => {
  const found = ['alpine apk zlib CVE-2018-25032 high 1.2.12-r0', 'app npm minimist CVE-2021-44906 critical 1.2.6'];
  const release = releaseOf([
    { repository: 'docker.io/grafana/grafana', layers: ['alpine', 'app'], origin: 'third-party', found },
  ]);
  const replaced = planOf(release, ALL);
  assert.deepEqual(keysOf(replaced), ['upgrade-third-party docker.io/grafana/grafana']);
  assert.equal(replaced.steps[0]?.action.origin, 'third-party');
  assert.equal(replaced.builds[0]?.what, 'replace');
  const rebuilt = planOf(release, { ...ALL, rebuildThirdParty: true });
  assert.deepEqual(keysOf(rebuilt).toSorted(), [
    'bump-dependency pkg:npm/minimist in docker.io/grafana/grafana',
    'rebuild-image docker.io/grafana/grafana',
  ]);
});

test('npm and what it holds is removed as one, a decided removal by its package', () => {
  const release = releaseOf([
    {
      repository: 'a',
      layers: ['node'],
      found: ['node npm ansi-regex CVE-2021-3807 high', 'node npm tar CVE-2021-1 high 6.1.9'],
    },
    { repository: 'kiali', layers: ['k'], origin: 'third-party', found: ['k apk kiali CVE-2022-2 critical'] },
  ]);
  const findings = release.findings.map((row) =>
    row.slot.startsWith('a|')
      ? { ...row, location: `usr/local/lib/node_modules/npm/node_modules/${row.package}/package.json` }
      : { ...row, statement: 'affected:removal-procedure' },
  );
  const plan = planOf({ ...release, findings }, ALL);
  const others = plan.others.map(({ key, alsoRemoves }) => [key, alsoRemoves?.length]);
  assert.deepEqual(others, [
    ['remove-package pkg:apk/alpine/kiali in kiali', 1],
    ['remove-package pkg:npm/npm in a', 1],
  ]);
});

test('a newer base is proposed where an image of the release shows that it lacks what has no fix, or where the old one has ended', () => {
  const old = { id: 'alpine', version: '3.12.9', endOfLife: '2022-05-01' };
  const now = { id: 'alpine', version: '3.15.2', endOfLife: '2023-11-01' };
  const images: readonly TestImage[] = [
    {
      repository: 'a',
      layers: ['a312'],
      os: old,
      found: ['a312 apk zlib CVE-2022-1 high', 'a312 apk perl CVE-2022-2 high'],
    },
    { repository: 'b', layers: ['a315'], os: now, packages: ['a315 zlib'] },
  ];
  const [proposed] = planOf(releaseOf(images), ALL).others;
  assert.equal(proposed?.key, 'newer-base alpine 3.12 of a');
  assert.match(proposed.title, /from alpine 3\.12\.9 to 3\.15\.2/);
  // perl is in no image on 3.15: nobody can tell whether the newer one has the flaw.
  assert.deepEqual(
    proposed.alsoRemoves?.map(({ vulnerability }) => vulnerability),
    ['CVE-2022-1'],
  );
  const ended = releaseOf([
    { ...images[0], repository: 'a', layers: ['a312'], os: { ...old, endOfLife: '2022-01-01' } },
  ]);
  const [advice] = planOf(ended, ALL).others;
  assert.match(advice?.title ?? '', /which has ended/);
  assert.deepEqual(advice?.closes, []);
});

test('every action has a key of its own, also where builds of one base lead to the same one', () => {
  const old = (minor: number) => ({ id: 'alpine', version: `3.12.${minor}`, endOfLife: '2022-01-01' });
  const release = releaseOf([
    { repository: 'a', tag: '1', layers: ['x1', 'a'], os: old(1), baseName: 'alpine:3.12' },
    { repository: 'a', tag: '2', layers: ['x2', 'b'], os: old(2), baseName: 'alpine:3.12' },
    { repository: 'b', layers: ['x1', 'c'], os: old(1), baseName: 'alpine:3.12' },
    { repository: 'c', layers: ['x2', 'd'], os: old(2), baseName: 'alpine:3.12' },
  ]);
  const ground = groundOf(release, ALL);
  const keys = candidatesOf(ground).map(({ key }) => key);
  assert.deepEqual(keys, ['newer-base alpine 3.12 of alpine:3.12']);
  assert.equal(candidatesOf(ground)[0]?.slots.length, 4);
});

test('a smaller base is proposed where the release has one of the same distribution release without what has no fix', () => {
  const large = (name: string): TestImage => ({
    repository: name,
    layers: ['large', name],
    packages: ['large zlib', 'large curl'],
    found: ['large apk curl CVE-2022-1 high'],
  });
  const small = (name: string): TestImage => ({ repository: name, layers: ['small', name], packages: ['small zlib'] });
  const { others } = planOf(releaseOf([large('a'), large('b'), small('c'), small('d')]), ALL);
  const [proposed] = others;
  assert.equal(proposed?.kind, 'minimal-base');
  assert.deepEqual(proposed.slots, ['a|linux/amd64', 'b|linux/amd64']);
  assert.equal(proposed.alsoRemoves?.length, 2);
  assert.match(proposed.title, /^Build 2 images on [0-9a-f]{12}, which lacks 1 package of /);
});

test('builds of one named base move as one, and the title counts the images of all of them', () => {
  const large = (name: string, build: string): TestImage => ({
    repository: name,
    layers: [build, name],
    baseName: 'large:1',
    packages: [`${build} zlib`, `${build} curl`],
    found: [`${build} apk curl CVE-2022-1 high`],
  });
  const small = (name: string): TestImage => ({ repository: name, layers: ['small', name], packages: ['small zlib'] });
  const images = [large('a', 'monday'), large('b', 'monday'), large('c', 'friday'), large('d', 'friday')];
  const { others } = planOf(releaseOf([...images, small('e'), small('f')]), ALL);
  assert.equal(others.length, 1);
  assert.match(others[0]?.title ?? '', /^Build 4 images on /);
  assert.equal(others[0]?.slots.length, 4);
});

test('bases are the layers that images share, named by an image that is the base, else by what all on it say', () => {
  const image = (logical: string, layers: readonly string[], base = '') => ({
    digest: layerDigest(`image ${logical}`),
    logical: [logical],
    layers: layers.map(layerDigest),
    labels: { 'org.opencontainers.image.base.name': base },
  });
  const bases = basesOf([
    image('alpine:3.15', ['os']),
    image('app', ['os', 'python', 'app'], 'python:3'),
    image('tool', ['os', 'python', 'tool'], 'python:3'),
    image('other', ['os', 'other'], 'alpine:3.15'),
    image('alone', ['x', 'y', 'z']),
  ]);
  assert.deepEqual(
    bases.map(({ key, namedBy, layers, images }) => [key, namedBy, layers.length, images.length]),
    [
      ['alpine:3.15', 'image', 1, 4],
      ['python:3', 'label', 2, 2],
    ],
  );
  assert.equal(bases[1]?.parent, bases[0]?.id);
  assert.deepEqual(basesOf([image('alone', ['x', 'y'])]), []);
});

test('an assessment without layers says that its bases cannot be told', () => {
  const release = releaseOf([{ repository: 'a', layers: ['l'], found: ['l apk zlib CVE-1-1 high 2'] }]);
  const bare = { ...release, inventories: release.inventories.map(({ layers: _, ...inventory }) => inventory) };
  assert.match(planOf(bare, ALL).gaps[0]?.reason ?? '', /base cannot be told/);
  assert.deepEqual(keysOf(planOf(bare, ALL)), ['rebuild-image a']);
});

/** Releases of up to six images over a tree of layers. */
const release = fc
  .array(
    fc.record({
      repository: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      layers: fc.constantFrom(['os'], ['os', 'py'], ['os', 'py', 'x'], ['os', 'go'], ['deb', 'y'], ['deb', 'z']),
      own: fc.boolean(),
      found: fc.array(
        fc.record({
          layer: fc.nat(2),
          type: fc.constantFrom('apk', 'apk', 'npm'),
          name: fc.constantFrom('zlib', 'curl', 'expat'),
          id: fc.integer({ min: 1, max: 5 }),
          severity: fc.constantFrom('critical', 'high', 'low'),
          fix: fc.constantFrom('2', '2', '2', ''),
        }),
        { maxLength: 6 },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((drafts) => {
    const images = new Map(
      drafts.map(({ repository, layers, own, found }): [string, TestImage] => {
        const stack = [...layers, repository];
        const rows = found.map(({ layer, type, name, id, severity, fix }) =>
          `${stack[layer % stack.length]} ${type} ${name} CVE-2022-${1000 + id} ${severity} ${fix}`.trim(),
        );
        const origin = own ? ('own' as const) : ('third-party' as const);
        return [repository, { repository, layers: stack, origin, found: [...new Set(rows)] }];
      }),
    );
    return releaseOf([...images.values()]);
  });

/** The findings that are left when the chosen actions have removed theirs. */
function applied(assessment: Assessment, plan: Plan): Assessment {
  const ground = groundOf(assessment, plan.options);
  const chosen = new Set(keysOf(plan));
  const removed = new Set(candidatesOf(ground).flatMap(({ key, removes }) => (chosen.has(key) ? removes : [])));
  return { ...assessment, findings: assessment.findings.filter((_, row) => !removed.has(row)) };
}

function fixable({ findings }: Assessment): number {
  return instanceCells(findings).filter(
    ({ fullyFixable, severity, notAffected }) =>
      fullyFixable && !notAffected && (severity === 'critical' || severity === 'high'),
  ).length;
}

test('what a plan claims is what a recount finds: complete plans leave nothing, budgeted ones what they say', () => {
  fc.assert(
    fc.property(release, fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }), (assessment, budget) => {
      const plan = planOf(assessment, { ...ALL, ...(budget === undefined ? {} : { budget }) });
      assert.equal(plan.fixable, fixable(assessment));
      assert.deepEqual(plan.outOfReach, []);
      const before = new Map(
        instanceCells(assessment.findings).map((cell) => [`${cell.slot} ${cell.vulnerability}`, cell]),
      );
      const after = new Set(
        instanceCells(applied(assessment, plan).findings).map((cell) => `${cell.slot} ${cell.vulnerability}`),
      );
      const claimed = plan.steps.flatMap(({ closed }) =>
        closed.map(({ slot, vulnerability }) => `${slot} ${vulnerability}`),
      );
      assert.equal(new Set(claimed).size, claimed.length);
      assert.equal(claimed.length, plan.closed);
      const gone = [...before].filter(
        ([key, { fullyFixable, severity }]) => !after.has(key) && fullyFixable && severity !== 'low',
      );
      assert.deepEqual(claimed.toSorted(), gone.map(([key]) => key).toSorted());
      if (budget === undefined) assert.equal(plan.closed, plan.fixable);
      else assert.ok(plan.steps.length <= budget);
    }),
    { numRuns: 150 },
  );
});

test('each action alone closes what it says, and nothing that has no fix counts as closed', () => {
  fc.assert(
    fc.property(release, (assessment) => {
      const plan = planOf(assessment, ALL);
      const keys = candidatesOf(groundOf(assessment, ALL)).map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length);
      const cells = new Map(
        instanceCells(assessment.findings).map((cell) => [`${cell.slot} ${cell.vulnerability}`, cell]),
      );
      for (const { action } of plan.steps) {
        assert.ok(ACTION_KINDS.includes(action.kind));
        for (const { slot, vulnerability, severity } of action.closes) {
          const cell = cells.get(`${slot} ${vulnerability}`);
          assert.equal(cell?.fullyFixable, true);
          assert.equal(cell?.severity, severity);
          assert.ok(action.slots.includes(slot));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('waves respect the base graph, and every touched image is built once', () => {
  fc.assert(
    fc.property(release, (assessment) => {
      const plan = planOf(assessment, ALL);
      const waves = new Map(plan.builds.map(({ target, wave }) => [target, wave]));
      for (const { after, wave } of plan.builds) {
        for (const target of after) assert.ok((waves.get(target) ?? Number.POSITIVE_INFINITY) < wave);
      }
      const built = plan.builds.flatMap(({ images }) => images.map(({ slot }) => slot));
      const touched = new Set(plan.steps.flatMap(({ action }) => action.slots));
      assert.deepEqual(built.toSorted(), [...touched].toSorted());
      const rebuilt = plan.steps.flatMap(({ action }) => (action.kind === 'rebuild-base' ? [action.target] : []));
      for (const base of plan.bases.filter(({ key }) => rebuilt.includes(key))) {
        for (const { images, wave } of plan.builds) {
          const stands = images.some(({ slot }) => base.slots.includes(slot));
          if (stands) assert.ok(wave >= (waves.get(base.key) ?? Number.POSITIVE_INFINITY));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the order of images and findings in the assessment does not matter', () => {
  fc.assert(
    fc.property(release, (assessment) => {
      const other = planOf(
        { ...assessment, findings: assessment.findings.toReversed(), inventories: assessment.inventories.toReversed() },
        ALL,
      );
      const plan = planOf(assessment, ALL);
      assert.deepEqual(keysOf(other), keysOf(plan));
      assert.equal(other.cost, plan.cost);
    }),
    { numRuns: 60 },
  );
});
