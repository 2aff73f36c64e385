// Loftsman manifests (apiVersion manifests/v1beta1): reads `spec.charts`, gives the chart releases and the images that a chart is told to keep
// in the nodes' caches (`values.cacheImages` of cray-precache-images). Format: github.com/Cray-HPE/loftsman, docs.
import { basename } from 'node:path';
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { normalizeReference } from '../../image/reference.ts';
import type { ChartEntry } from '../chart-entry.ts';
import type { Mention } from '../mention.ts';
import { itemsAt, nodeAt, parseYaml, splitDocuments, textAt, type YamlNode } from '../yaml.ts';

/** A chart release with what its chart is told. */
export interface LoftsmanChart extends ChartEntry {
  readonly values?: YamlNode;
}

/** What a manifest holds, in its order. */
export interface LoftsmanManifest {
  readonly charts: readonly LoftsmanChart[];
  readonly precache: readonly Mention[];
  /** Entries of the precache lists, unreadable ones included. */
  readonly precacheEntries: number;
  readonly gaps: readonly Gap[];
}

/**
 * Reads one file of manifests.
 * @param file name for positions
 * @throws ParseError, LimitError
 */
export function parseLoftsman(text: string, file: string): LoftsmanManifest {
  const charts: LoftsmanChart[] = [];
  const precache: Mention[] = [];
  const gaps: Gap[] = [];
  let precacheEntries = 0;
  for (const part of splitDocuments(text)) {
    const document = parseYaml(part.text, file, part.line);
    if (!isLoftsman(textAt(document, 'apiVersion'))) {
      gaps.push({
        kind: 'not-scanned',
        target: file,
        location: `line ${part.line}`,
        reason: 'it is no loftsman manifest',
      });
      continue;
    }
    const manifest = textAt(document, 'metadata', 'name') ?? basename(file).replace(/\.ya?ml$/, '');
    for (const node of itemsAt(document, 'spec', 'charts')) {
      const entry = chartEntry(node, manifest, file);
      if (entry !== undefined) charts.push(entry);
      else gaps.push(unread(file, node.line, 'a chart entry lacks its name, version or namespace'));
      for (const image of itemsAt(node, 'values', 'cacheImages')) {
        precacheEntries += 1;
        try {
          const text = image.kind === 'scalar' ? image.text : '';
          const logical = normalizeReference(text);
          const written = text === logical ? {} : { written: text };
          precache.push({ logical, ...written, source: `${file} cacheImages`, position: `${file}:${image.line}` });
        } catch (error) {
          gaps.push(unread(file, image.line, messageOf(error)));
        }
      }
    }
  }
  return { charts, precache, precacheEntries, gaps };
}

/** Whether an apiVersion is loftsman's. */
export function isLoftsman(apiVersion: string | undefined): boolean {
  return apiVersion?.startsWith('manifests/') === true;
}

function chartEntry(node: YamlNode, manifest: string, file: string): LoftsmanChart | undefined {
  const chart = textAt(node, 'name');
  const version = textAt(node, 'version');
  const namespace = textAt(node, 'namespace');
  if (chart === undefined || version === undefined || namespace === undefined) return undefined;
  const release = textAt(node, 'releaseName') ?? chart;
  const values = nodeAt(node, 'values');
  const position = `${file}:${node.line}`;
  return { manifest, chart, version, release, namespace, position, ...(values === undefined ? {} : { values }) };
}

function unread(file: string, line: number, reason: string): Gap {
  return { kind: 'file-unparsed', target: file, location: `line ${line}`, reason };
}
