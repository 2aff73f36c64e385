import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisory } from '../../../test/support/synthetic-set.ts';
import { digestOf } from '../../platform/canonical.ts';
import type { Advisory } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import { buildOf, concerns } from './concerns.ts';
import type { Answer } from './covers.ts';
import { resolveIdentities } from './identity.ts';
import { type Judgement, matchSubject, type Subject, subjectOf } from './match.ts';

const NPM: Package = {
  purl: 'pkg:rpm/redhat/npm@8.19.2-1.module%2Bel8.7.0?arch=x86_64&distro=rhel-8.7&epoch=1',
  type: 'rpm',
  name: 'npm',
  version: '1:8.19.2-1.16.18.1.3.module+el8.7.0',
  scheme: 'rpm',
  source: { name: 'nodejs', version: '16.18.1-3.module+el8.7.0' },
  module: 'nodejs:16:8070020221213:bd1311ed',
  namespace: 'rhel:8',
  location: { layer: digestOf('layer'), path: 'var/lib/rpm/rpmdb.sqlite' },
};
const { module: _label, ...UNLABELLED } = NPM;
const PLAIN: Package = { ...UNLABELLED, version: '8.19.2-1.el8' };

function subject(installed: Package): Subject {
  return subjectOf(installed) ?? assert.fail();
}

function record(fields: Partial<Advisory>): Advisory {
  return advisory({
    feed: 'redhat-csaf',
    id: 'CVE-2023-1111',
    namespace: 'rhel:8',
    package: 'npm',
    binary: true,
    ...fields,
  });
}

function judge(installed: Package, advisories: readonly Advisory[]): Judgement {
  return matchSubject(subject(installed), advisories, resolveIdentities(advisories), 'vendor-then-cvss-then-nvd');
}

describe('what an installed rpm package is asked by', () => {
  it('its source, and itself as a build', () => {
    assert.deepEqual(subject(NPM), {
      namespace: 'rhel:8',
      name: 'nodejs',
      version: '16.18.1-3.module+el8.7.0',
      scheme: 'rpm',
      binary: { name: 'npm', version: NPM.version, module: 'nodejs:16', architecture: 'x86_64' },
    });
  });

  it('a module that the package database does not name shows in the release', () => {
    assert.equal(buildOf(UNLABELLED).module, 'unnamed');
    assert.equal(buildOf(PLAIN).module, 'none');
  });
});

describe('advisories by source or by installed package', () => {
  const cases: readonly (readonly [fields: Partial<Advisory>, answer: Answer])[] = [
    [{}, 'yes'],
    [{ package: 'nodejs' }, 'no'],
    [{ package: 'nodejs', binary: undefined }, 'yes'],
    [{ binary: undefined }, 'no'],
    [{ architectures: ['aarch64', 'x86_64'] }, 'yes'],
    [{ architectures: ['s390x'] }, 'no'],
  ] as unknown as readonly (readonly [Partial<Advisory>, Answer])[];
  for (const [fields, answer] of cases) {
    it(`${JSON.stringify(fields)}: ${answer}`, () => assert.equal(concerns(record(fields), subject(NPM)), answer));
  }

  it('other distributions know sources only', () => {
    const { binary: _, ...zlib } = subject(NPM);
    assert.equal(concerns(record({}), zlib), 'no');
  });

  it('each is compared with its own version', () => {
    const bySource = record({
      package: 'nodejs',
      ranges: [{ fixed: '16.19.1-1.module+el8.7.0' }],
      module: 'nodejs:16',
    });
    const { binary: _, ...source } = bySource;
    const byName = record({
      id: 'CVE-2023-2222',
      ranges: [{ fixed: '1:8.19.3-1.16.19.1.1.module+el8.7.0' }],
      module: 'nodejs:16',
    });
    assert.deepEqual(
      judge(NPM, [source, byName]).matches.map(({ vulnerability, fixedIn }) => [vulnerability, fixedIn]),
      [
        ['CVE-2023-1111', '16.19.1-1.module+el8.7.0'],
        ['CVE-2023-2222', '1:8.19.3-1.16.19.1.1.module+el8.7.0'],
      ],
    );
  });

  it('of both kinds in one feed the finding cites the advisory once', () => {
    const { binary: _, ...source } = record({ package: 'nodejs' });
    assert.deepEqual(judge(NPM, [source, record({})]).matches[0]?.advisories, ['redhat-csaf/CVE-2023-1111']);
  });
});

describe('modules', () => {
  const OTHER = { ranges: [{ fixed: '1:9.5.0-1.18.14.2.2.module+el8.7.0' }] };
  const table: readonly (readonly [
    advisory: Partial<Advisory>,
    labelled: Answer,
    unlabelled: Answer,
    plain: Answer,
  ])[] = [
    [{ module: 'nodejs:16' }, 'yes', 'unknown', 'no'],
    [{ module: 'nodejs:18' }, 'no', 'unknown', 'no'],
    [{ module: 'none' }, 'no', 'no', 'yes'],
    [{ module: 'unnamed' }, 'unknown', 'unknown', 'no'],
    [OTHER, 'unknown', 'unknown', 'no'],
    [{ ranges: [{ fixed: '8.20-1.el8' }] }, 'no', 'no', 'yes'],
    [{ ranges: [{ fixed: '8.20-1.el8' }, ...OTHER.ranges] }, 'yes', 'yes', 'yes'],
    [{}, 'yes', 'yes', 'yes'],
  ];
  for (const [fields, ...answers] of table) {
    it(`${JSON.stringify(fields)}: labelled, unlabelled, plain: ${answers}`, () => {
      assert.deepEqual(
        [NPM, UNLABELLED, PLAIN].map((installed) => concerns(record(fields), subject(installed))),
        answers,
      );
    });
  }

  it('where the stream cannot be told the package is not counted, but named', () => {
    assert.deepEqual(judge(UNLABELLED, [record({ module: 'nodejs:18', ...OTHER })]), {
      matches: [],
      undecided: [{ vulnerability: 'CVE-2023-1111', feed: 'redhat-csaf' }],
    });
  });

  it('the fix of another stream is never offered', () => {
    const own = record({ module: 'nodejs:16', fixState: 'will-not-fix' });
    const [match] = judge(NPM, [own, record({ module: 'nodejs:18', ...OTHER })]).matches;
    assert.deepEqual([match?.fixState, match?.fixedIn], ['will-not-fix', undefined]);
  });

  it('"not affected" of another stream cancels nothing', () => {
    const denial = record({ module: 'nodejs:18', status: 'not-affected' });
    assert.equal(judge(NPM, [record({ module: 'nodejs:16' }), denial]).matches.length, 1);
    assert.equal(
      judge(NPM, [
        record({ id: 'RHSA-1', aliases: ['CVE-2023-1111'] }),
        record({ module: 'nodejs:16', status: 'not-affected' }),
      ]).matches.length,
      0,
    );
  });
});
