// All about one finding: the evidence, where the severity and the fix come from, where it lies.

import { urgencyReason } from '../../../respond/priority/urgency.ts';
import { ssvcOfText } from '../../ssvc-text.ts';
import { FIX_WORDS } from '../../words.ts';
import type { FindingColumns } from '../report-data.ts';
import { Detail, Entry, Lines } from './detail.tsx';
import { valueAt } from './findings.ts';
import { Jump, toCve, toFindings, toImage, toPackage } from './jump.tsx';
import { KevFlag, SeverityBadge } from './marks.tsx';
import { RecordLink } from './record-link.tsx';
import { slotLabel, type ViewProps } from './report.ts';
import { probabilityText } from './texts.ts';

/** Why the finding stands where it does in the default order. */
function placeText(columns: FindingColumns, row: number): string {
  const epss = valueAt(columns.epss, row);
  const ssvc = ssvcOfText(valueAt(columns.ssvc, row));
  const reason = urgencyReason({
    fixable: valueAt(columns.fixState, row) === 'fixed',
    kev: valueAt(columns.kev, row),
    ...(epss === null ? {} : { epss }),
    ...(ssvc === undefined ? {} : { ssvc }),
  });
  return `${valueAt(columns.severity, row)}: ${reason}`;
}

/** The details of the finding with the given number. */
export function FindingDetail({ report, row, state, go }: ViewProps & { readonly row: number }) {
  const columns = report.data.findings;
  const vulnerability = valueAt(columns.vulnerability, row);
  const slot = valueAt(columns.slot, row);
  const image = report.images.get(slot);
  const purl = valueAt(columns.purl, row);
  const fixes = valueAt(columns.fixes, row);
  const epss = valueAt(columns.epss, row);
  const raw = valueAt(columns.rawSeverity, row);
  const fixedIn = valueAt(columns.fixedIn, row);
  return (
    <Detail
      title={<span class="id">{vulnerability}</span>}
      onClose={() => go({ findings: { ...state.findings, shown: '' } })}
    >
      <p class="detail-flags">
        <SeverityBadge level={valueAt(columns.severity, row)} word /> {valueAt(columns.kev, row) && <KevFlag />}
      </p>
      <p class="actions">
        <Jump class="action" to={toCve(vulnerability)} go={go}>
          Where else
        </Jump>
        <Jump class="action" to={toFindings({ image: slot })} go={go}>
          Same image
        </Jump>
        <RecordLink id={vulnerability} />
      </p>
      <dl>
        <Entry name="Place">{placeText(columns, row)}</Entry>
        <Entry name="Also known as">{valueAt(columns.aliases, row).join(', ')}</Entry>
        <Entry name="Severity from">
          {valueAt(columns.severitySource, row)}
          {raw !== '' && `: ${raw}`}
        </Entry>
        <Entry name="CVSS">{valueAt(columns.cvss, row)}</Entry>
        <Entry name="EPSS">{epss !== null && `${probabilityText(epss)} probability of exploitation in 30 days`}</Entry>
        <Entry name="SSVC">{valueAt(columns.ssvc, row)}</Entry>
        <Entry name="Package">
          <Jump to={toPackage(purl)} go={go}>
            {valueAt(columns.package, row)}
          </Jump>
        </Entry>
        <Entry name="Installed">{valueAt(columns.version, row)}</Entry>
        <Entry name="Fix">
          {FIX_WORDS[valueAt(columns.fixState, row)]}
          {fixedIn !== null && ` in ${fixedIn}`}
        </Entry>
        <Entry name="Fix by feed">{fixes.length > 0 && <Lines values={fixes} />}</Entry>
        <Entry name="Statement">{valueAt(columns.statement, row)}</Entry>
        <Entry name="Advisories">
          {valueAt(columns.advisories, row).length > 0 && <Lines values={valueAt(columns.advisories, row)} />}
        </Entry>
        <Entry name="Image">
          <Jump to={toImage(slot)} go={go}>
            {slotLabel(report.images, slot)}
          </Jump>
        </Entry>
        <Entry name="Digest">{image?.digest}</Entry>
        <Entry name="Used by charts">
          {image !== undefined && image.charts.length > 0 && <Lines values={image.charts} />}
        </Entry>
        <Entry name="Found in">{valueAt(columns.location, row)}</Entry>
        <Entry name="Layer">{valueAt(columns.layer, row)}</Entry>
        <Entry name="Package URL">{purl}</Entry>
      </dl>
    </Detail>
  );
}
