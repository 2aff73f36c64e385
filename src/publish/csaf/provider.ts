// The files by which a CSAF provider gives out a document: the document with its checksums in a folder of its year, `index.txt` and
// `changes.csv`, and, when it is known where it will be served, the provider's metadata and a ROLIE feed.
// OASIS CSAF 2.0, section 7.1: requirements 1 to 4 (valid, file name, TLS is the server's, TLP), 7 (metadata), 11 to 18 (folders, feed, hashes).
import { createHash } from 'node:crypto';
import { jsonText } from '../../platform/json-text.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { instantOf } from '../../statements/day.ts';
import type { TlpLabel } from '../../statements/vex/csaf-document.ts';
import { releaseTitle } from '../document-facts.ts';
import { assessmentCsaf, type CsafIssue, csafFileName, trackingId } from './document.ts';

/** A file below the folder of the provider. */
export interface ProviderFile {
  /** With `/`. */
  readonly path: string;
  readonly text: string;
}

/**
 * The files.
 * @param url where this folder will be served, without a slash at the end; without it there is neither metadata nor feed, because both consist of addresses.
 */
export function providerTree(
  assessment: Assessment,
  issue: CsafIssue & { readonly tlp: TlpLabel },
  url?: string,
): readonly ProviderFile[] {
  const folder = issue.tlp.toLowerCase();
  const name = csafFileName(assessment);
  const path = `${assessment.asOf.slice(0, 4)}/${name}`;
  const date = instantOf(assessment.asOf);
  const address = url === undefined ? {} : { address: `${url}/${folder}/${path}` };
  const text = assessmentCsaf(assessment, { ...issue, ...address });
  const files: ProviderFile[] = [
    { path: `${folder}/${path}`, text },
    ...(['sha256', 'sha512'] as const).map((algorithm) => ({
      path: `${folder}/${path}.${algorithm}`,
      text: `${createHash(algorithm).update(text).digest('hex')}  ${name}\n`,
    })),
    { path: `${folder}/index.txt`, text: `${path}\n` },
    { path: `${folder}/changes.csv`, text: `"${path}","${date}"\n` },
  ];
  if (url === undefined) return files;
  const feedName = `csaf-feed-tlp-${folder}.json`;
  return [
    ...files,
    {
      path: `${folder}/${feedName}`,
      text: `${jsonText(feedOf(assessment, issue, `${url}/${folder}`, path, feedName))}\n`,
    },
    { path: 'provider-metadata.json', text: `${jsonText(metadataOf(issue, url, date, `${folder}/${feedName}`))}\n` },
  ];
}

function metadataOf({ publisher, tlp }: CsafIssue, url: string, date: string, feed: string): object {
  const { name, namespace, contact } = publisher;
  return {
    canonical_url: `${url}/provider-metadata.json`,
    distributions: [
      { directory_url: `${url}/${tlp?.toLowerCase()}` },
      { rolie: { feeds: [{ summary: `Documents under TLP:${tlp}.`, tlp_label: tlp, url: `${url}/${feed}` }] } },
    ],
    last_updated: date,
    list_on_CSAF_aggregators: tlp === 'WHITE',
    metadata_version: '2.0',
    mirror_on_CSAF_aggregators: tlp === 'WHITE',
    publisher: { category: 'vendor', ...(contact === undefined ? {} : { contact_details: contact }), name, namespace },
    role: 'csaf_provider',
  };
}

/** Section 7.1.15, after RFC 8322. */
function feedOf(assessment: Assessment, { tlp }: CsafIssue, url: string, path: string, feedName: string): object {
  const date = instantOf(assessment.asOf);
  const address = `${url}/${path}`;
  return {
    feed: {
      id: feedName.replace(/\.json$/, ''),
      title: `CSAF documents (TLP:${tlp})`,
      link: [{ rel: 'self', href: `${url}/${feedName}` }],
      category: [{ scheme: 'urn:ietf:params:rolie:category:information-type', term: 'csaf' }],
      updated: date,
      entry: [
        {
          id: trackingId(assessment),
          title: `${releaseTitle(assessment)}: vulnerabilities as of ${assessment.asOf}`,
          link: [
            { rel: 'self', href: address },
            { rel: 'hash', href: `${address}.sha256` },
            { rel: 'hash', href: `${address}.sha512` },
          ],
          published: date,
          updated: date,
          content: { type: 'application/json', src: address },
          format: { schema: 'https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json', version: '2.0' },
        },
      ],
    },
  };
}
