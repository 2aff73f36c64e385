// The evidence of one changed cell: its state before and after, packages, digests, dates of the feeds, charts.

import type { EvidencePackage } from '../../../../explain/compare/change.ts';
import type { CauseTally } from '../../../../explain/compare/compare.ts';
import { LABEL_WORDS } from '../../../../explain/narrative/words.ts';
import { count, day, shortDigest, sourceName } from '../../../words.ts';
import { Detail, Entry, Lines } from '../detail.tsx';
import { State } from './cell-state.tsx';
import type { ChangeRow } from './comparison.ts';

interface ChangeDetailProps {
  readonly row: ChangeRow;
  readonly cause: CauseTally | undefined;
  readonly onClose: () => void;
}

/** The panel. */
export function ChangeDetail({ row, cause, onClose }: ChangeDetailProps) {
  const { evidence, digests } = row;
  return (
    <Detail title={<span class="id">{row.vulnerability || row.image}</span>} onClose={onClose}>
      <p class="detail-counts">
        <State state={row.from} /> <span aria-hidden="true">→</span>
        <span class="unseen">becomes</span> <State state={row.to} />
      </p>
      <dl>
        <Entry name="What happened">{cause === undefined ? '' : LABEL_WORDS[cause.label]}</Entry>
        <Entry name="Cause">
          {[cause?.cause, ...(evidence.also ?? []).map((factor) => `also ${factor}`)].join(', ')}
        </Entry>
        <Entry name="How it is known">
          {evidence.kind === 'evaluated'
            ? 'evaluated: both sets were asked'
            : 'inferred: a set was not at hand, or the results are another scanner’s'}
        </Entry>
        {row.vulnerability !== '' && (
          <Entry name="Image">{row.imageBefore === undefined ? row.image : `${row.imageBefore} → ${row.image}`}</Entry>
        )}
        <Entry name="Digest">{digestText(digests)}</Entry>
        <Entry name="Instances">
          {evidence.instances &&
            `${count(evidence.instances.ofThisCause)} of ${count(evidence.instances.concerned)} instance changes have this cause`}
        </Entry>
        {evidence.notSeparable === true && (
          <Entry name="Not separable">the program's cataloguers changed with the content</Entry>
        )}
        <Entry name="Feeds">
          {evidence.feeds !== undefined && evidence.feeds.length > 0 && (
            <Lines values={evidence.feeds.map(({ feed, from, to }) => `${feed}: ${day(from)} → ${day(to)}`)} />
          )}
        </Entry>
        <Entry name="Charts before">{evidence.charts && <Lines values={evidence.charts.from} />}</Entry>
        <Entry name="Charts after">{evidence.charts && <Lines values={evidence.charts.to} />}</Entry>
      </dl>
      <Packages title="Packages before" packages={evidence.packages?.from ?? []} />
      <Packages title="Packages after" packages={evidence.packages?.to ?? []} />
    </Detail>
  );
}

function digestText({ from, to }: ChangeRow['digests']): string {
  if (from === undefined && to === undefined) return '';
  if (from === to) return `${shortDigest(from ?? '')}, the same on both sides`;
  return `${from === undefined ? 'not read' : shortDigest(from)} → ${to === undefined ? 'not read' : shortDigest(to)}`;
}

function Packages({ title, packages }: { readonly title: string; readonly packages: readonly EvidencePackage[] }) {
  if (packages.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="evidence">
        {packages.map((one) => (
          <li key={`${one.purl} ${one.version}`}>
            <span class="wrap">{one.purl}</span>
            <small>
              {one.fixedIn === undefined ? 'no fix' : `fixed in ${one.fixedIn}`}; {one.severity} by{' '}
              {sourceName(one.severitySource)}
              {one.rawSeverity !== '' && ` (${one.rawSeverity})`}; {one.advisories.join(', ')}
            </small>
          </li>
        ))}
      </ul>
    </>
  );
}
