import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { resultValidator } from '../../../test/support/schemas.ts';
import { advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { digestOf } from '../../platform/canonical.ts';
import { readAssessmentJson } from '../../publish/json/read.ts';
import { assessmentJson } from '../../publish/json/write.ts';
import { NO_STATEMENTS } from '../assess/assess.ts';
import type { Assessment } from '../assess/assessment.ts';
import { reassess } from '../assess/reassess.ts';
import { assessResults, importAssessment, importedFrom } from './import-assessment.ts';
import type { ImportedFinding, ImportedImage } from './imported.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-import-'));
after(() => rmSync(root, { recursive: true }));

const AS_OF = '2024-02-01';

function write(path: string, content: unknown): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  return join(root, path);
}

function trivyReport(name: string, vulnerabilities: readonly object[], digest = digestOf(name)): object {
  return {
    SchemaVersion: 2,
    CreatedAt: '2024-01-31T10:00:00Z',
    ArtifactName: name,
    Metadata: { OS: { Family: 'alpine', Name: '3.15.4' }, RepoTags: [name], ImageID: digest },
    Results: [
      {
        Target: name,
        Class: 'os-pkgs',
        Type: 'alpine',
        Packages: [
          {
            ID: 'zlib@1.2.11-r3',
            Name: 'zlib',
            Version: '1.2.11-r3',
            Arch: 'x86_64',
            SrcName: 'zlib',
            SrcVersion: '1.2.11-r3',
          },
        ],
        Vulnerabilities: vulnerabilities,
      },
    ],
  };
}

const ZLIB = {
  VulnerabilityID: 'CVE-2018-25032',
  PkgName: 'zlib',
  InstalledVersion: '1.2.11-r3',
  FixedVersion: '1.2.12-r0',
  SeveritySource: 'nvd',
  Severity: 'HIGH',
};

async function imported(target: string): Promise<Assessment> {
  const assessment = await importAssessment(target, { asOf: AS_OF });
  assert.ok(assessment !== undefined);
  return assessment;
}

describe('targets', () => {
  test('what is no results is left to the scan', async () => {
    for (const target of ['alpine:3.16', 'csm:somewhere', 'sbom:a.json', root, join(root, 'none')]) {
      assert.equal(await importAssessment(target, { asOf: AS_OF }), undefined, target);
    }
  });

  test('a path without a word is recognised, and the user told', async () => {
    const remarks: string[] = [];
    const file = write('plain/report.json', trivyReport('alpine:3.15', [ZLIB]));
    for (const target of [file, dirname(file)]) {
      const assessment = await importAssessment(target, { asOf: AS_OF, remark: (line) => remarks.push(line) });
      assert.equal(assessment?.findings.length, 1);
      assert.equal(assessment.release.target, target);
    }
    assert.deepEqual(remarks, [
      `${file} is read as trivy:${file} (Trivy JSON report)`,
      `${dirname(file)} is read as trivy:${dirname(file)} (Trivy JSON report)`,
    ]);
  });

  test('a release with results beside it stays a release', async () => {
    write('checkout/docker/index.yaml', 'quay.io: {images: {a/b: ["1"]}}\n');
    write('checkout/scans/report.json', trivyReport('alpine:3.15', []));
    assert.equal(await importAssessment(join(root, 'checkout'), { asOf: AS_OF }), undefined);
    assert.equal((await imported(`trivy:${root}/checkout`)).images.length, 1);
  });

  test('a folder of reports is a release; what is none of them is a gap', async () => {
    write('shop-2.1/a.json', trivyReport('alpine:3.15', [ZLIB]));
    write('shop-2.1/more/b.json', trivyReport('nginx:1.25', []));
    write('shop-2.1/more/b-again.json', trivyReport('nginx:1.25', [ZLIB]));
    write('shop-2.1/notes.json', '{"notes": []}');
    write('shop-2.1/torn.json', '{');
    symlinkSync('a.json', join(root, 'shop-2.1/link.json'));
    const assessment = await imported(`trivy:${root}/shop-2.1`);
    assert.deepEqual([assessment.release.name, assessment.release.version], ['shop', '2.1']);
    assert.deepEqual(
      assessment.images.map(({ slot }) => slot),
      ['docker.io/library/alpine|linux/amd64', 'docker.io/library/nginx|linux/amd64'],
    );
    assert.deepEqual(
      assessment.gaps.map(({ kind, target, location }) => [kind, target, location]),
      [
        ['end-of-life', 'docker.io/library/alpine|linux/amd64', undefined],
        ['end-of-life', 'docker.io/library/nginx|linux/amd64', undefined],
        ['file-unparsed', 'notes.json', undefined],
        ['file-unparsed', 'torn.json', undefined],
        ['not-scanned', 'docker.io/library/nginx:1.25', 'reports'],
        ['not-scanned', 'link.json', undefined],
        ['undecidable', 'advisory set', 'trivy'],
      ],
    );
  });

  test('mistakes are errors with their reason', async () => {
    const torn = write('torn.json', '{');
    await assert.rejects(importAssessment(`trivy:${torn}`, { asOf: AS_OF }), {
      name: 'ParseError',
      message: /torn\.json: it is no JSON/,
    });
    await assert.rejects(importAssessment('grype:', { asOf: AS_OF }), { code: 'usage' });
    await assert.rejects(importAssessment(`grype:${root}/none.json`, { asOf: AS_OF }), { code: 'input-missing' });
    write('hollow/torn.json', '{');
    await assert.rejects(importAssessment(`grype:${root}/hollow`, { asOf: AS_OF }), {
      code: 'input-missing',
      message: /torn\.json/,
    });
  });
});

describe('the assessment', () => {
  test('is written, read back and follows the schema of assessments', async () => {
    const assessment = await imported(`trivy:${write('one.json', trivyReport('alpine:3.15', [ZLIB]))}`);
    const text = assessmentJson(assessment, statisticsOf(assessment));
    assert.deepEqual((await readAssessmentJson(text)).assessment, assessment);
    const validate = resultValidator('assessment-1');
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors, undefined, 2));
  });

  test('says whose findings it holds, until it is reassessed with a set of ours', async () => {
    const assessment = await imported(`trivy:${write('two.json', trivyReport('alpine:3.15', [ZLIB]))}`);
    assert.equal(importedFrom(assessment), 'trivy');
    const own = reassess(assessment, {
      set: advisorySetOf([]),
      asOf: AS_OF,
      severityPolicy: 'vendor-then-cvss-then-nvd',
    });
    assert.equal(importedFrom(own), undefined);
    assert.equal(own.findings.length, 0);
    assert.equal(own.packages.length, 1);
  });

  test('has the same bytes for the same reports, in whatever order, and another id for any other report', async () => {
    const reports = [trivyReport('alpine:3.15', [ZLIB]), trivyReport('nginx:1.25', [])];
    const first = await imported(`trivy:${write('order/list.json', reports)}`);
    const again = await imported(`trivy:${write('order/list.json', reports)}`);
    assert.deepEqual(again, first);
    const turned = await imported(`trivy:${write('order/list.json', reports.toReversed())}`);
    assert.deepEqual(turned.findings, first.findings);
    const rescored = await imported(
      `trivy:${write('order/list.json', [trivyReport('alpine:3.15', [{ ...ZLIB, Severity: 'LOW' }]), reports[1]])}`,
    );
    assert.notEqual(rescored.id, first.id);
    assert.notEqual(rescored.advisorySet.id, first.advisorySet.id);
  });
});

const DIGEST = digestOf('image');

function finding(id: string, more: Partial<ImportedFinding> = {}): ImportedFinding {
  return {
    id,
    aliases: [],
    severity: 'High',
    severitySource: 'nvd',
    package: { name: 'zlib', version: '1', purl: 'pkg:apk/alpine/zlib@1' },
    fixState: 'not-fixed',
    ...more,
  };
}

function image(findings: readonly ImportedFinding[], more: Partial<ImportedImage> = {}): ImportedImage {
  return {
    logical: 'docker.io/library/alpine:3.15',
    physical: `mirror.example/alpine@${DIGEST}`,
    digest: DIGEST,
    platform: 'linux/amd64',
    packages: [],
    listsAllPackages: true,
    findings,
    run: { version: '1.0', database: 'one', databaseDate: '2024-01-01T00:00:00Z' },
    gaps: [],
    ...more,
  };
}

function assess(
  images: readonly ImportedImage[],
  missing: readonly { logical: string; reason: string }[] = [],
): Assessment {
  const results = {
    images,
    missing,
    charts: new Map([['docker.io/library/alpine:3.15', ['platform/base:1']]]),
    reports: [digestOf(JSON.stringify(images))],
    gaps: [],
  };
  return assessResults({ importer: { id: 'scanner' }, target: 'scanner:a', path: 'a' }, results, {
    asOf: AS_OF,
    own: ['docker.io/library'],
  });
}

describe('findings', () => {
  test('are reported under the CVE, joined by aliases over all images', () => {
    const { findings } = assess([
      image([finding('GHSA-aaaa-bbbb-cccc', { aliases: ['CVE-2020-1111'] })]),
      image([finding('GHSA-aaaa-bbbb-cccc'), finding('GHSA-dddd-eeee-ffff')], {
        logical: 'docker.io/library/nginx:1',
        digest: digestOf('nginx'),
      }),
    ]);
    assert.deepEqual(
      findings.map(({ slot, vulnerability, aliases, advisories }) => [
        slot.split('|', 1)[0],
        vulnerability,
        aliases,
        advisories,
      ]),
      [
        ['docker.io/library/alpine', 'CVE-2020-1111', ['GHSA-aaaa-bbbb-cccc'], ['scanner/GHSA-aaaa-bbbb-cccc']],
        ['docker.io/library/nginx', 'CVE-2020-1111', ['GHSA-aaaa-bbbb-cccc'], ['scanner/GHSA-aaaa-bbbb-cccc']],
        ['docker.io/library/nginx', 'GHSA-dddd-eeee-ffff', [], ['scanner/GHSA-dddd-eeee-ffff']],
      ],
    );
  });

  test('the scanner’s words for severities are our levels, and stay beside them', () => {
    const words = [
      'CRITICAL',
      'Important',
      'high',
      'Moderate',
      'medium',
      'LOW',
      'Negligible',
      'info',
      'none',
      'UNKNOWN',
      'severe',
    ];
    const { findings } = assess([
      image(words.map((severity, index) => finding(`CVE-2020-10${index + 10}`, { severity }))),
    ]);
    assert.deepEqual(
      findings.map(({ rawSeverity, severity, severitySource }) => [rawSeverity, severity, severitySource]),
      words.map((word, index) => [
        word,
        [
          'critical',
          'high',
          'high',
          'medium',
          'medium',
          'low',
          'negligible',
          'negligible',
          'negligible',
          'unknown',
          'unknown',
        ][index],
        'scanner:nvd',
      ]),
    );
  });

  test('without a word and a source there is no source; a word without one is the scanner’s own', () => {
    const { severitySource: _, ...plain } = finding('CVE-2020-1111');
    const { findings } = assess([image([plain, { ...plain, id: 'CVE-2020-2222', severity: 'UNKNOWN' }])]);
    assert.deepEqual(
      findings.map(({ severity, severitySource }) => [severity, severitySource]),
      [
        ['high', 'scanner:scanner'],
        ['unknown', 'none'],
      ],
    );
  });

  test('two slots of one digest have both findings, one inventory, and their charts', () => {
    const twin = image([finding('CVE-2020-1111')], { logical: 'quay.io/copy/alpine:3.15' });
    const assessment = assess([image([finding('CVE-2020-1111')]), twin]);
    assert.deepEqual(
      assessment.images.map(({ slot, origin, charts }) => [slot, origin, charts]),
      [
        ['docker.io/library/alpine|linux/amd64', 'own', ['platform/base:1']],
        ['quay.io/copy/alpine|linux/amd64', 'third-party', []],
      ],
    );
    assert.equal(assessment.inventories.length, 1);
    assert.deepEqual([statisticsOf(assessment).instances.total, statisticsOf(assessment).distinct.total], [2, 1]);
  });

  test('decisions in reports lower net, and are part of the id', () => {
    const plain = assess([image([finding('CVE-2020-1111')])]);
    const decided = assess([image([finding('CVE-2020-1111', { statement: 'not_affected:component_not_present' })])]);
    assert.deepEqual([plain.statements, statisticsOf(plain).net.instances.total], [NO_STATEMENTS, 1]);
    assert.notEqual(decided.statements, NO_STATEMENTS);
    assert.deepEqual([statisticsOf(decided).instances.total, statisticsOf(decided).net.instances.total], [1, 0]);
  });
});

describe('what the results rest on', () => {
  test('one database: two imports share the set, whatever their images', () => {
    const a = assess([image([finding('CVE-2020-1111')])]);
    const b = assess([image([], { digest: digestOf('other') })]);
    assert.equal(a.advisorySet.id, b.advisorySet.id);
    assert.notEqual(a.id, b.id);
    assert.equal(a.advisorySet.builtAt, '2024-01-01T00:00:00Z');
    assert.deepEqual(
      a.advisorySet.feeds.map(({ id, upstreamUpdatedAt, records }) => [id, upstreamUpdatedAt, records]),
      [['scanner', '2024-01-01T00:00:00Z', 1]],
    );
    assert.deepEqual(a.gaps, []);
  });

  test('several programs or databases in one release are gaps', () => {
    const other = image([], {
      logical: 'docker.io/library/nginx:1',
      digest: digestOf('nginx'),
      run: { version: '2.0', database: 'two' },
    });
    const { gaps, inventories } = assess([
      image([]),
      other,
      image([], { logical: 'docker.io/library/redis:7', digest: digestOf('redis'), run: {}, listsAllPackages: false }),
    ]);
    assert.deepEqual(
      gaps.map(({ kind, target, reason }) => [kind, target, reason]),
      [
        [
          'not-scanned',
          'scanner',
          '1 of 3 reports list only packages with findings: another advisory set finds nothing in the rest',
        ],
        ['undecidable', 'advisory set', 'the reports come from 2 versions of the scanner: 1.0, 2.0'],
        ['undecidable', 'advisory set', 'the reports do not state which database they rest on'],
        ['undecidable', 'advisory set', 'the reports rest on 2 states of the database: one; two'],
      ],
    );
    assert.deepEqual(inventories.flatMap(({ cataloguers }) => cataloguers).sort(), [
      'scanner@1.0',
      'scanner@2.0',
      'scanner@unknown',
    ]);
  });

  test('an image that has no results is in the release, unread', () => {
    const { images, gaps } = assess([image([])], [{ logical: 'quay.io/gone:1', reason: 'no report' }]);
    assert.deepEqual(
      images.map(({ logical, digest }) => [logical, digest !== undefined]),
      [
        ['docker.io/library/alpine:3.15', true],
        ['quay.io/gone:1', false],
      ],
    );
    assert.deepEqual(
      gaps.map(({ kind, target, reason }) => [kind, target, reason]),
      [['image-unreadable', 'quay.io/gone|linux/amd64', 'no report']],
    );
  });
});
