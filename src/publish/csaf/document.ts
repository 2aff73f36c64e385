// An assessment as a CSAF document of the profile VEX. OASIS CSAF 2.0, sections 4.5 (profile VEX), 5.1 (file names).
import type { Assessment } from '../../scan/assess/assessment.ts';
import { csafHead, csafText, type TlpLabel } from '../../statements/vex/csaf-document.ts';
import { type Publisher, releaseTitle, UNNAMED_PUBLISHER } from '../document-facts.ts';
import { TOOL } from '../tool.ts';
import { vexRows } from '../vex.ts';
import { plural } from '../words.ts';
import { productTree } from './product-tree.ts';
import { csafVulnerabilities } from './vulnerabilities.ts';

/** What a document says about itself, beside its content. */
export interface CsafIssue {
  readonly publisher: Publisher;
  /** Absent in what was not given out for anybody. */
  readonly tlp?: TlpLabel;
  readonly status: 'draft' | 'final';
  /** What it takes the place of, and why. */
  readonly erratum?: string;
  /** Address under which the document will be served. */
  readonly address?: string;
}

const DRAFT: CsafIssue = { publisher: UNNAMED_PUBLISHER, status: 'draft' };

/** The id of the document within what its issuer publishes: release, version, date, and the start of the assessment's id. */
export function trackingId({ release, asOf, id }: Assessment): string {
  const start = id.replace(/^sha256:/, '').slice(0, 12);
  const name = [release.name, release.version]
    .join('-')
    .replace(/[^A-Za-z0-9.+-]+/g, '-')
    .slice(0, 120);
  return `${name}-${asOf}-${start}`.replace(/^[^A-Za-z0-9]+/, '');
}

/** Section 5.1: the id in lower case, every run of other characters one underscore. */
export function csafFileName(assessment: Assessment): string {
  return `${trackingId(assessment)
    .toLowerCase()
    .replace(/[^+\-a-z0-9]+/g, '_')}.json`;
}

/** The document as text. */
export function assessmentCsaf(assessment: Assessment, issue: CsafIssue = DRAFT): string {
  return csafText(csafDocument(assessment, issue));
}

/** The document. Where nothing was found, it is of the base profile and says so: the profile VEX demands a vulnerability. */
export function csafDocument(assessment: Assessment, issue: CsafIssue = DRAFT): object {
  const { publisher, tlp, status, erratum, address } = issue;
  const rows = vexRows(assessment);
  const { tree, products } = productTree(assessment, rows);
  const { namespace } = publisher;
  return {
    document: csafHead({
      category: rows.length === 0 ? 'csaf_base' : 'csaf_vex',
      title: `${releaseTitle(assessment)}: vulnerabilities as of ${assessment.asOf}`,
      id: trackingId(assessment),
      publisher: { ...publisher, category: namespace === UNNAMED_PUBLISHER.namespace ? 'other' : 'vendor' },
      date: assessment.asOf,
      status,
      ...(tlp === undefined ? {} : { tlp }),
      notes: notesOf(assessment, rows.length, erratum),
      ...(address === undefined ? {} : { references: [{ category: 'self', summary: 'This document', url: address }] }),
      ...(erratum === undefined ? {} : { revision: erratum }),
      tool: TOOL,
    }),
    ...(rows.length === 0 ? {} : { product_tree: tree, vulnerabilities: csafVulnerabilities(rows, products) }),
  };
}

function notesOf(assessment: Assessment, rows: number, erratum: string | undefined): readonly object[] {
  const { advisorySet, images, gaps } = assessment;
  const unread = images.filter(({ digest }) => digest === undefined).length;
  const found =
    rows === 0
      ? 'No known vulnerability was found in what was assessed.'
      : 'Each product is a package as part of an image. Where nobody has decided, its status is "under investigation".';
  const covered = `${plural(images.length - unread, 'image')} assessed, ${unread} could not be read; ${plural(gaps.length, 'gap')} recorded.`;
  return [
    { category: 'summary', title: 'What this document covers', text: `${found} ${covered}` },
    {
      category: 'details',
      title: 'Advisories',
      text: `Advisory set ${advisorySet.id}${advisorySet.builtAt === undefined ? '' : ` of ${advisorySet.builtAt}`}; severity policy ${assessment.severityPolicy}.`,
    },
    ...(erratum === undefined ? [] : [{ category: 'general', title: 'Erratum', text: erratum }]),
  ];
}
