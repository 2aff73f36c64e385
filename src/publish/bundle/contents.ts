// Every file of a bundle, as bytes. The same assessment, audience and publisher give the same bytes; only an ECDSA signature differs.
import type { KeyObject } from 'node:crypto';
import { type Statistics, statisticsOf } from '../../explain/statistics.ts';
import { signEnvelope } from '../../platform/dsse.ts';
import { jsonText } from '../../platform/json-text.ts';
import { compareText } from '../../platform/order.ts';
import type { BenchmarkResult } from '../../posture/benchmark/result/result.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { providerTree } from '../csaf/provider.ts';
import { cyclonedxBom } from '../cyclonedx/bom.ts';
import { cyclonedxFormat } from '../cyclonedx/index.ts';
import { type Publisher, releaseTitle } from '../document-facts.ts';
import { benchmarkHtml } from '../html/benchmark.ts';
import { comparisonHtml } from '../html/comparison.ts';
import { builtPage, type PageFiles, type PageName } from '../html/page-files.ts';
import { reportHtml } from '../html/report.ts';
import { benchmarkJson } from '../json/benchmark.ts';
import { type PublishedMitigation, publishedMitigationsJson } from '../mitigations.ts';
import { assessmentOpenvex } from '../openvex/document.ts';
import { BENCHMARK_FILES } from '../published-benchmark.ts';
import { type PublishedEncryption, publishedEncryptionJson } from '../published-encryption.ts';
import { formatNamed } from '../registry.ts';
import type { CheckSection } from '../site/checks.ts';
import { siteFiles } from '../site/index.ts';
import type { PublishedLine } from '../site/lines.ts';
import { spdxDocument } from '../spdx/document.ts';
import { TOOL } from '../tool.ts';
import { type Audience, forAudience } from './audience.ts';
import { checksumText, sha256Hex } from './checksums.ts';
import type { PublishedComparison } from './comparison-input.ts';
import { STATEMENT_TYPE, statementText } from './statement.ts';

/** Version of the form of `bundle.json`: schema/bundle-1.json. */
export const BUNDLE_SCHEMA_VERSION = 1;

/** Names of the files that hold a bundle together. */
export const BUNDLE_FILES = {
  list: 'bundle.json',
  checksums: 'SHA256SUMS',
  signature: 'signature.dsse.json',
} as const;

/** The formats that become files as they are, and under which name. */
export const FORMAT_FILES = {
  json: 'assessment.json',
  csv: 'images.csv',
  'csv-findings': 'findings.csv',
  'csv-statistics': 'statistics.csv',
  'csv-gaps': 'gaps.csv',
  xlsx: 'tables.xlsx',
  markdown: 'report.md',
  sarif: 'findings.sarif',
} as const;

/** The bill of materials with what was decided. */
export const CYCLONEDX_FILE = 'bom.cdx.json';

/** The comparison, where there is one. */
export const COMPARISON_FILES = { json: 'compare.json', html: 'compare.html' } as const;

/** The active mitigations, where they are given. */
export const MITIGATIONS_FILE = 'mitigations.json';

/** The proof of encryption at rest, where it is given. */
export const ENCRYPTION_FILE = 'encryption.json';

/** The folder of the CSAF provider. */
export const CSAF_FOLDER = 'csaf';

const TLP = { public: 'WHITE', customers: 'AMBER', internal: 'RED' } as const satisfies Record<Audience, string>;

/** What a bundle is made of. */
export interface BundleInput {
  readonly assessment: Assessment;
  readonly audience: Audience;
  readonly publisher: Publisher;
  /** Where the bundle will be served, `https://…` without a slash at the end: CSAF's metadata need addresses. */
  readonly url?: string;
  readonly comparison?: PublishedComparison;
  readonly checks: readonly CheckSection[];
  readonly lines?: readonly PublishedLine[];
  /** Mitigations that are active where the release runs. */
  readonly mitigations?: readonly PublishedMitigation[];
  /** The proof over the etcd where the release runs, as the audience may see it. */
  readonly encryption?: PublishedEncryption;
  /** The reference run of a benchmark, as the audience may see it. */
  readonly benchmark?: BenchmarkResult;
  /** The bundle that this one takes the place of. */
  readonly erratum?: { readonly bundle: string; readonly reason: string };
  readonly key?: KeyObject;
}

/** A file of a bundle. */
export interface BundleFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly about: string;
}

/** A whole bundle. Its id is the digest of `bundle.json`, which names every other file but checksums and signature by its digest. */
export interface Bundle {
  readonly id: string;
  readonly files: readonly BundleFile[];
}

/**
 * Makes the files, sorted by path.
 * @param page gives the built pages; they are read from the package unless given.
 * @throws PlimsollError `usage` when the audience may not see an image's name; `internal` when the package was not built.
 */
export function bundleOf(input: BundleInput, page: (name: PageName) => PageFiles = builtPage): Bundle {
  const assessment = forAudience(input.assessment, input.audience);
  const statistics = statisticsOf(assessment);
  const documents = [
    ...formatFiles(assessment, statistics),
    { path: 'report.html', content: reportHtml(assessment, statistics, page('report')), about: 'interactive report' },
    ...standardFiles(assessment, input),
    ...comparisonFiles(input.comparison, page),
    ...mitigationFiles(input.mitigations),
    ...encryptionFiles(input.encryption),
    ...benchmarkFiles(input.benchmark, page),
    ...erratumFiles(input),
  ];
  const site = siteFiles(
    {
      assessment,
      statistics,
      audience: input.audience,
      publisher: input.publisher.name,
      ...(input.erratum === undefined ? {} : { erratum: input.erratum }),
      ...(input.comparison === undefined ? {} : { narrative: input.comparison.document.narrative }),
      checks: input.checks,
      ...(input.lines === undefined ? {} : { lines: input.lines }),
      ...(input.mitigations === undefined ? {} : { mitigations: input.mitigations }),
      ...(input.encryption === undefined ? {} : { encryption: input.encryption }),
      files: sorted(documents),
    },
    page('plain'),
  );
  const listed = sorted([...documents, ...site]);
  const list = { path: BUNDLE_FILES.list, content: listText(input, assessment, listed), about: 'list of the files' };
  const summed = [...listed, list].map(({ path, content }) => ({ path, sha256: sha256Hex(content) }));
  const sums = { path: BUNDLE_FILES.checksums, content: checksumText(summed), about: 'for sha256sum --check' };
  const all = [...listed, list, sums];
  const { release, asOf, id } = assessment;
  const predicate = {
    release: { name: release.name, version: release.version },
    asOf,
    audience: input.audience,
    assessment: id,
  };
  const signature =
    input.key === undefined
      ? []
      : [
          {
            path: BUNDLE_FILES.signature,
            content: signEnvelope(
              {
                type: STATEMENT_TYPE,
                payload: statementText([...summed, { path: sums.path, sha256: sha256Hex(sums.content) }], predicate),
              },
              input.key,
            ),
            about: 'DSSE envelope over an in-toto statement that names every other file',
          },
        ];
  return { id: `sha256:${sha256Hex(list.content)}`, files: sorted([...all, ...signature]) };
}

function formatFiles(assessment: Assessment, statistics: Statistics): readonly BundleFile[] {
  return Object.entries(FORMAT_FILES).flatMap(([id, path]) => {
    const format = formatNamed(id);
    if (format === undefined) return [];
    const content = format.render(assessment, statistics, { color: false, columns: 100 });
    return [{ path, content, about: format.title }];
  });
}

/** The documents that name their issuer. OpenVEX has none where there is nothing to state. */
function standardFiles(
  assessment: Assessment,
  { publisher, audience, url, erratum }: BundleInput,
): readonly BundleFile[] {
  const issue = {
    publisher,
    tlp: TLP[audience],
    status: 'final',
    ...(erratum === undefined ? {} : { erratum: `Takes the place of ${erratum.bundle}: ${erratum.reason}` }),
  } as const;
  const vex =
    assessment.findings.length === 0
      ? []
      : [
          {
            path: 'vex.openvex.json',
            content: `${jsonText(assessmentOpenvex(assessment, publisher))}\n`,
            about: 'OpenVEX 0.2.0',
          },
        ];
  const provider = providerTree(assessment, issue, url === undefined ? undefined : `${url}/${CSAF_FOLDER}`);
  return [
    {
      path: CYCLONEDX_FILE,
      content: `${jsonText(cyclonedxBom(assessment, publisher))}\n`,
      about: cyclonedxFormat.title,
    },
    { path: 'bom.spdx.json', content: `${jsonText(spdxDocument(assessment, publisher))}\n`, about: 'SPDX 2.3' },
    ...vex,
    ...provider.map(({ path, text }) => ({
      path: `${CSAF_FOLDER}/${path}`,
      content: text,
      about: 'CSAF 2.0 provider tree',
    })),
  ];
}

function benchmarkFiles(
  benchmark: BundleInput['benchmark'],
  page: (name: PageName) => PageFiles,
): readonly BundleFile[] {
  if (benchmark === undefined) return [];
  const about = `reference run of ${benchmark.benchmark}`;
  return [
    { path: BENCHMARK_FILES.json, content: benchmarkJson(benchmark), about },
    { path: BENCHMARK_FILES.html, content: benchmarkHtml(benchmark, page('plain')), about },
  ];
}

function mitigationFiles(mitigations: BundleInput['mitigations']): readonly BundleFile[] {
  if (mitigations === undefined) return [];
  const content = publishedMitigationsJson(mitigations);
  return [{ path: MITIGATIONS_FILE, content, about: 'mitigations that are active' }];
}

function encryptionFiles(encryption: BundleInput['encryption']): readonly BundleFile[] {
  if (encryption === undefined) return [];
  const content = publishedEncryptionJson(encryption);
  return [{ path: ENCRYPTION_FILE, content, about: 'proof of encryption at rest' }];
}

function comparisonFiles(
  comparison: PublishedComparison | undefined,
  page: (name: PageName) => PageFiles,
): readonly BundleFile[] {
  if (comparison === undefined) return [];
  const { document, text } = comparison;
  const since = `what changed since ${releaseTitle(document.from)} as of ${document.from.asOf}`;
  const { json, html } = COMPARISON_FILES;
  return [
    { path: json, content: text, about: since },
    { path: html, content: comparisonHtml(document, page('comparison')), about: `page: ${since}` },
  ];
}

function erratumFiles({ erratum, assessment }: BundleInput): readonly BundleFile[] {
  if (erratum === undefined) return [];
  const { bundle, reason } = erratum;
  const content = `${jsonText({
    schemaVersion: BUNDLE_SCHEMA_VERSION,
    supersedes: bundle,
    reason,
    date: assessment.asOf,
    assessment: assessment.id,
  })}\n`;
  return [{ path: 'erratum.json', content, about: 'which bundle this one takes the place of, and why' }];
}

function listText(
  { audience, publisher, erratum }: BundleInput,
  assessment: Assessment,
  files: readonly BundleFile[],
): string {
  const { release, asOf, id } = assessment;
  return `${jsonText({
    schemaVersion: BUNDLE_SCHEMA_VERSION,
    tool: TOOL,
    release: { name: release.name, version: release.version },
    asOf,
    audience,
    publisher: { name: publisher.name, namespace: publisher.namespace },
    assessment: id,
    ...(erratum === undefined ? {} : { supersedes: erratum }),
    files: files.map(({ path, content, about }) => ({
      path,
      size: typeof content === 'string' ? Buffer.byteLength(content) : content.length,
      sha256: sha256Hex(content),
      about,
    })),
  })}\n`;
}

function sorted(files: readonly BundleFile[]): readonly BundleFile[] {
  return files.toSorted((a, b) => compareText(a.path, b.path));
}
