// All about one finding: the evidence, where the severity and the fix come from, where it lies.

import { FIX_WORDS } from '../../words.ts';
import { Detail, Entry, Lines } from './detail.tsx';
import { valueAt } from './findings.ts';
import { KevFlag, SeverityBadge } from './marks.tsx';
import { type Go, type Report, slotLabel } from './report.ts';

/** The details of the finding with the given number. */
export function FindingDetail({ report, row, go }: { readonly report: Report; readonly row: number; readonly go: Go }) {
  const columns = report.data.findings;
  const vulnerability = valueAt(columns.vulnerability, row);
  const slot = valueAt(columns.slot, row);
  const image = report.images.get(slot);
  const aliases = valueAt(columns.aliases, row);
  const advisories = valueAt(columns.advisories, row);
  const fixes = valueAt(columns.fixes, row);
  const epss = valueAt(columns.epss, row);
  const only = { levels: [], fixable: false, kev: false, slot: '', query: '' } as const;
  return (
    <Detail title={vulnerability} onClose={() => go({ row: null })}>
      <p class="detail-flags">
        <SeverityBadge level={valueAt(columns.severity, row)} word /> {valueAt(columns.kev, row) && <KevFlag />}
      </p>
      <p class="actions">
        <button type="button" class="action" onClick={() => go({ ...only, query: vulnerability })}>
          Where else
        </button>
        <button type="button" class="action" onClick={() => go({ ...only, slot })}>
          Same image
        </button>
        <RecordLink id={vulnerability} />
      </p>
      <dl>
        <Entry name="Also known as">{aliases.join(', ')}</Entry>
        <Entry name="Severity from">
          {valueAt(columns.severitySource, row)}
          {valueAt(columns.rawSeverity, row) !== '' && `: ${valueAt(columns.rawSeverity, row)}`}
        </Entry>
        <Entry name="EPSS">{epss !== null && `${String(epss)} probability of exploitation in 30 days`}</Entry>
        <Entry name="Package">{valueAt(columns.package, row)}</Entry>
        <Entry name="Installed">{valueAt(columns.version, row)}</Entry>
        <Entry name="Fix">
          {FIX_WORDS[valueAt(columns.fixState, row)]}
          {valueAt(columns.fixedIn, row) !== null && ` in ${valueAt(columns.fixedIn, row)}`}
        </Entry>
        <Entry name="Fix by feed">{fixes.length > 0 && <Lines values={fixes} />}</Entry>
        <Entry name="Statement">{valueAt(columns.statement, row)}</Entry>
        <Entry name="Advisories">{advisories.length > 0 && <Lines values={advisories} />}</Entry>
        <Entry name="Image">{slotLabel(report.images, slot)}</Entry>
        <Entry name="Digest">{image?.digest}</Entry>
        <Entry name="Used by charts">
          {image !== undefined && image.charts.length > 0 && <Lines values={image.charts} />}
        </Entry>
        <Entry name="Found in">{valueAt(columns.location, row)}</Entry>
        <Entry name="Layer">{valueAt(columns.layer, row)}</Entry>
        <Entry name="Package URL">{valueAt(columns.purl, row)}</Entry>
      </dl>
    </Detail>
  );
}

/** A link to the public record, for ids whose address is certain. The page itself never fetches it. */
function RecordLink({ id }: { readonly id: string }) {
  const address = /^CVE-\d{4}-\d{4,}$/.test(id)
    ? `https://www.cve.org/CVERecord?id=${id}`
    : /^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/.test(id)
      ? `https://github.com/advisories/${id}`
      : undefined;
  if (address === undefined) return null;
  return (
    <a class="action" href={address} target="_blank" rel="noopener noreferrer">
      Public record
    </a>
  );
}
