import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { needsShared, sharedPath } from '../../../test/support/needs.ts';
import { FINDINGS, IMAGES, statement, statements, words } from '../../../test/support/statements.ts';
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import { judgeOf } from '../judge.ts';
import { type Statement, statementText } from '../statement.ts';
import type { VexIssue } from './document.ts';
import { type VexEntry, vexEntries } from './entries.ts';
import { readNote, withNote } from './note.ts';
import { imagePurl, targetOf } from './product.ts';
import { readVex } from './read.ts';
import { type VexForm, writeVex } from './write.ts';

const ASOF = '2022-04-15';
const CONTEXT = { releaseVersion: '1.2.0', asOf: ASOF };
const ISSUE: VexIssue = {
  issuer: 'Example Security',
  namespace: 'https://example.org',
  title: 'harbour 1.2.0',
  date: ASOF,
  tool: { name: 'plimsoll', version: '0.0.0' },
};
const FORMS: readonly VexForm[] = ['openvex', 'csaf', 'cyclonedx'];
const OPTIONS = {
  file: 'v.json',
  trusts: (issuer: string) => issuer === 'Example Security' || issuer === 'https://example.org',
};

function entriesOf(given: readonly Statement[]): readonly VexEntry[] {
  return vexEntries(FINDINGS, IMAGES, judgeOf(given, CONTEXT));
}

/** What is decided of every finding: all that matters of a decision. */
function decisions(given: readonly Statement[], asOf = ASOF): readonly unknown[] {
  const judge = judgeOf(given, { ...CONTEXT, asOf });
  return FINDINGS.map((finding) => {
    const image = IMAGES.find(({ slot }) => slot === finding.slot) ?? IMAGES[0];
    const found = judge(finding, image);
    if (found === undefined) return null;
    const { status, justification, impact, action, exception, expires, date } = found;
    return JSON.stringify([status, justification, impact, action, exception?.reason, exception?.detail, expires, date]);
  });
}

describe('round trips', () => {
  for (const form of FORMS) {
    it(`law: ${form} loses no decision: status, reasons, words, days, and what they apply to`, () => {
      fc.assert(
        fc.property(statements, (given) => {
          const entries = entriesOf(given);
          if (entries.length === 0) return;
          const text = writeVex(form, entries, ISSUE);
          const read = readVex(text, OPTIONS);
          for (const { origin } of read) assert.equal(origin.trusted, true);
          assert.deepEqual(decisions(read), decisions(given));
          assert.equal(writeVex(form, entries, ISSUE), text);
        }),
        { numRuns: 150 },
      );
    });
  }

  it('law: a note gives its parts again', () => {
    fc.assert(
      fc.property(statements, fc.option(words, { nil: undefined }), (given, text) => {
        for (const one of given) {
          const { text: read, exception, expires } = readNote(withNote(text, one));
          assert.deepEqual([read, { ...exception }, expires], [text, { ...one.exception }, one.expires]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('an image gives its package URL and its pattern again', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const cases: readonly (readonly [logical: string, pattern: string])[] = [
      ['docker.io/library/alpine:3.16', `docker.io/library/alpine:3.16@${digest}`],
      ['localhost:5000/a/B:1', `localhost:5000/a/B:1@${digest}`],
      ['oci:build/layout:1.4', `oci:build/layout:1.4@${digest}`],
    ];
    for (const [logical, pattern] of cases)
      assert.deepEqual(targetOf(imagePurl({ logical, digest })), { image: pattern });
    assert.equal(
      imagePurl({ logical: 'docker.io/library/alpine:3.16', digest }),
      `pkg:oci/alpine@sha256%3A${'a'.repeat(64)}?repository_url=docker.io%2Flibrary%2Falpine&tag=3.16`,
    );
  });

  it('products are read as others write them; what is no package URL, or holds a star, fits nothing', () => {
    const cases: readonly (readonly [id: string, target: object])[] = [
      [
        'pkg:oci/debian@sha256%3Aab?repository_url=docker.io/library/debian&arch=amd64&tag=latest',
        { image: 'docker.io/library/debian:latest@sha256:ab' },
      ],
      ['pkg:oci/kiali?repository_url=quay.io/org', { image: 'quay.io/org/kiali' }],
      ['pkg:docker/library/alpine@3.16', { image: 'docker.io/library/alpine:3.16' }],
      ['pkg:oci/app?repository_url=index.docker.io/org/app', { image: 'docker.io/org/app' }],
      [
        'pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3?arch=amd64&distro=debian-11',
        { package: 'pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3?arch=amd64' },
      ],
      ['pkg:deb/debian/openssl?distro=debian-11&x=y', { package: 'pkg:deb/debian/openssl?distro=debian-11' }],
      ['https://example.org/product 1', { image: 'product:https://example.org/product%201' }],
      ['pkg:oci/*', { image: 'product:pkg:oci/*' }],
      ['pkg:npm/%2A', { image: 'product:pkg:npm/%2A' }],
    ];
    for (const [id, target] of cases) assert.deepEqual(targetOf(id), target, id);
  });
});

describe('documents of others', () => {
  const openvex = (rows: readonly object[], author = 'Example Security') =>
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'x',
      author,
      timestamp: '2022-04-01T00:00:00Z',
      version: 1,
      statements: rows,
    });
  const row = {
    vulnerability: { name: 'CVE-2022-0001' },
    products: [{ '@id': 'pkg:oci/api?repository_url=quay.io/api' }],
    status: 'under_investigation',
  };

  it('are shown, and apply only when their issuer is trusted', () => {
    const of = (author: string) => readVex(openvex([row], author), OPTIONS);
    assert.deepEqual(of('Somebody')[0]?.origin, {
      kind: 'imported',
      file: 'v.json',
      issuer: 'Somebody',
      trusted: false,
    });
    assert.ok(decisions(of('Somebody')).every((one) => one === null));
    assert.ok(decisions(of('Example Security')).some((one) => one !== null));
  });

  it('the latest word on a product holds, whatever the order', () => {
    const later = {
      ...row,
      status: 'not_affected',
      justification: 'component_not_present',
      timestamp: '2022-04-01T10:00:00Z',
    };
    const texts = [
      [row, later],
      [later, row],
    ].map((rows) => readVex(openvex(rows), OPTIONS).map(statementText));
    assert.deepEqual(texts, [['not_affected:component_not_present'], ['not_affected:component_not_present']]);
  });

  it('a subcomponent that cannot be understood does not widen the statement to the image', () => {
    const narrow = {
      ...row,
      products: [{ '@id': 'pkg:oci/api?repository_url=quay.io/api', subcomponents: [{ '@id': 'cpe:2.3:a:x' }] }],
    };
    const [read] = readVex(openvex([narrow]), OPTIONS);
    assert.ok(decisions(read === undefined ? [] : [read]).every((one) => one === null));
  });

  it('of two words of one instant the one that hides least holds, whatever the order', () => {
    const safe = { ...row, status: 'not_affected', justification: 'component_not_present' };
    const texts = [
      [row, safe],
      [safe, row],
    ].map((rows) => readVex(openvex(rows), OPTIONS).map(statementText));
    assert.deepEqual(texts, [['under_investigation'], ['under_investigation']]);
  });

  it('a star in the place of a vulnerability is not all of them', () => {
    const all = { ...row, vulnerability: { name: '*' }, status: 'not_affected', impact_statement: 'x' };
    const images = IMAGES.map(({ logical }) => ({ '@id': imagePurl({ logical }) }));
    const read = readVex(openvex([{ ...all, products: images }]), OPTIONS);
    assert.equal(read.length, IMAGES.length);
    assert.ok(decisions(read).every((one) => one === null));
  });

  it('what CycloneDX says of a component in a product it says of that product alone', () => {
    const [{ logical }] = IMAGES;
    const bom = (subject?: object) =>
      JSON.stringify({
        bomFormat: 'CycloneDX',
        metadata: { supplier: { name: 'Example Security' }, ...(subject === undefined ? {} : { component: subject }) },
        components: [{ 'bom-ref': 'z', purl: 'pkg:apk/alpine/zlib@1.2.11-r3' }],
        vulnerabilities: [
          { id: 'CVE-2022-0001', analysis: { state: 'not_affected', detail: 'x' }, affects: [{ ref: 'z' }] },
        ],
      });
    const scope = (subject?: object) => readVex(bom(subject), OPTIONS).map((one) => one.scope);
    const packages = ['pkg:apk/alpine/zlib@1.2.11-r3'];
    const vulnerability = 'CVE-2022-0001';
    assert.deepEqual(scope(), [{ vulnerability, packages }]);
    assert.deepEqual(scope({ purl: imagePurl({ logical }) }), [{ vulnerability, images: [logical], packages }]);
    assert.deepEqual(scope({ purl: 'pkg:npm/app@1' }), [{ vulnerability, packages: ['pkg:npm/app@1'] }]);
    assert.ok(decisions(readVex(bom({ 'bom-ref': 'an image' }), OPTIONS)).every((one) => one === null));
  });

  for (const [folder, least] of [
    ['supply/examples/openvex', 15],
    ['supply/examples/csaf-2.0/csaf/csaf_vex', 13],
    ['supply/examples/csaf-2.0-validator-tests', 100],
    ['supply/examples/cyclonedx', 10],
  ] as const) {
    it(`${folder} is read or refused with a reason, nothing else`, needsShared(`data/${folder}`), () => {
      const files = readdirSync(sharedPath(`data/${folder}`), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.json'),
      );
      let read = 0;
      for (const name of files) {
        try {
          readVex(readFileSync(join(sharedPath(`data/${folder}`), name), 'utf8'), OPTIONS);
          read += 1;
        } catch (error) {
          assert.ok(error instanceof PlimsollError && error.code === 'parse', `${name}: ${String(error)}`);
        }
      }
      assert.ok(read >= least, `${read} of ${files.length}`);
    });
  }

  it(
    'the statuses of a published CSAF VEX document',
    needsShared('data/supply/examples/csaf-2.0/csaf/csaf_vex'),
    () => {
      const file = sharedPath('data/supply/examples/csaf-2.0/csaf/csaf_vex/2022-evd-uc-01-na-001.json');
      const read = readVex(readFileSync(file, 'utf8'), OPTIONS);
      assert.deepEqual([...new Set(read.map(({ status }) => status))], ['not_affected']);
      assert.ok(read.every(({ impact }) => impact !== undefined));
      assert.deepEqual([...new Set(read.map(({ scope }) => scope.vulnerability))], ['CVE-2021-44228']);
    },
  );

  it('no text makes the reader throw anything but what is wrong with it', () => {
    const entries = entriesOf([statement({ scope: { vulnerability: 'CVE-2022-0001' } })]);
    const texts = FORMS.map((form) => writeVex(form, entries, ISSUE).slice(0, 6000));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(6000),
        fc.string({ maxLength: 4 }),
        fc.json(),
        (text, at, inserted, json) => {
          for (const one of [text.slice(0, at) + inserted + text.slice(at), json]) {
            try {
              readVex(one, OPTIONS);
            } catch (error) {
              assert.ok(error instanceof PlimsollError && error.code === 'parse', String(error));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('official schemas', () => {
  const schema = (path: string): object => JSON.parse(readFileSync(sharedPath(`data/supply/schemas/${path}`), 'utf8'));
  const lenient = { strict: false, logger: false, allErrors: true, validateFormats: false } as const;
  const validators = {
    openvex: () => new Ajv2020(lenient).compile(schema('openvex/openvex_json_schema.json')),
    csaf: () => {
      const ajv = new Ajv2020(lenient);
      for (const version of ['2.0', '3.0', '3.1']) {
        const id = `https://www.first.org/cvss/cvss-v${version}.json`;
        ajv.addSchema({ $id: id, type: 'object' });
      }
      return ajv.compile(schema('csaf-2.0/csaf_json_schema.json'));
    },
    cyclonedx: () => {
      const ajv = new Ajv(lenient);
      for (const path of ['spdx.schema.json', 'jsf-0.82.schema.json']) ajv.addSchema(schema(`cyclonedx/${path}`));
      return ajv.compile(schema('cyclonedx/bom-1.6.schema.json'));
    },
  } as const satisfies Record<VexForm, unknown>;

  for (const form of FORMS) {
    it(`every ${form} document validates`, needsShared('data/supply/schemas'), () => {
      const validate = validators[form]();
      fc.assert(
        fc.property(statements, (given) => {
          const entries = entriesOf(given);
          if (entries.length === 0) return;
          const valid = validate(JSON.parse(writeVex(form, entries, ISSUE)));
          assert.ok(valid, JSON.stringify(validate.errors?.slice(0, 3)));
        }),
        { numRuns: 30 },
      );
      assert.equal(validate({}), false);
    });
  }

  it('each status and justification is written as the map says', needsShared('data/supply/vex-status-map.json'), () => {
    const map: { status: Record<string, string>[]; justification: Record<string, string>[] } = JSON.parse(
      readFileSync(sharedPath('data/supply/vex-status-map.json'), 'utf8'),
    );
    const scope = { vulnerability: 'CVE-2022-0001', packages: ['pkg:apk/alpine/zlib@1.2.11-r3'] };
    const { justification: _, ...plain } = statement({ scope });
    for (const { openvex: status, csaf, cyclonedx } of map.status) {
      if (!['affected', 'not_affected', 'fixed', 'under_investigation'].includes(status ?? '') || /\+/.test(`${csaf}`))
        continue;
      const one = { ...plain, status, action: 'x', impact: 'x' } as Statement;
      const entries = entriesOf([one]);
      assert.match(writeVex('csaf', entries, ISSUE), new RegExp(`"${csaf}": \\[`));
      assert.match(writeVex('cyclonedx', entries, ISSUE), new RegExp(`"state": "${cyclonedx}"`));
      assert.match(writeVex('openvex', entries, ISSUE), new RegExp(`"status": "${status}"`));
    }
    for (const { openvex: justification, csafFlag, cyclonedx } of map.justification) {
      const entries = entriesOf([{ ...plain, justification } as Statement]);
      assert.match(writeVex('csaf', entries, ISSUE), new RegExp(`"label": "${csafFlag}"`));
      const [, written = ''] = /"justification": "([a-z_]+)"/.exec(writeVex('cyclonedx', entries, ISSUE)) ?? [];
      assert.ok((cyclonedx ?? '').split(' | ').includes(written), `${justification} ${written}`);
    }
  });
});

describe('a small document that names very much', () => {
  const many = (kind: string) => Array.from({ length: 3000 }, (_nothing, place) => `pkg:apk/alpine/${kind}${place}`);

  it('is refused: every product with every subcomponent (OpenVEX)', () => {
    const row = { vulnerability: 'CVE-1', products: many('a'), subcomponents: many('b'), status: 'fixed' };
    const text = JSON.stringify({ '@context': 'https://openvex.dev/ns', statements: [row] });
    assert.throws(() => readVex(text, OPTIONS), LimitError);
  });

  it('is refused: a group named again and again (CSAF)', () => {
    const text = JSON.stringify({
      document: {
        csaf_version: '2.0',
        publisher: { name: 'a', namespace: 'https://example.org' },
        tracking: { current_release_date: '2022-04-06' },
      },
      product_tree: { product_groups: [{ group_id: 'g', product_ids: many('a') }] },
      vulnerabilities: [{ cve: 'CVE-1', flags: many('b').map(() => ({ label: 'x', group_ids: ['g'] })) }],
    });
    assert.throws(() => readVex(text, OPTIONS), LimitError);
  });
});
