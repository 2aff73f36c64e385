// What to look at first: critical and high, of these the fixable, and what is known to be exploited; and the line that minutes quote.
import { formatPercent, percentOf } from '../../../explain/shares.ts';
import { count, FOUR_CLASSES, plural } from '../../words.ts';
import { Jump, toFindings } from './jump.tsx';
import type { Go, ViewProps } from './report.ts';
import type { ViewState } from './view-state.ts';

/** The panel with the funnel from critical and high to fixable. */
export function FocusPanel({ report, go }: ViewProps) {
  const { instances, distinct, fourClasses, scannedImages, imagesWithCriticalOrHigh } = report.data.statistics;
  const severe = instances.critical.count + instances.high.count;
  const fixable = instances.critical.fixable + instances.high.fixable;
  const knowsExploited = report.data.feeds.some((feed) => feed.id === 'kev');
  const unrated = instances.unknown.count;
  const exploited = report.findings.filter(
    { query: '', levels: new Set(), fixable: false, kev: true, slot: '' },
    'severity',
    false,
  );
  return (
    <section class="panel focus" aria-labelledby="focus-title">
      <h2 id="focus-title">First things first</h2>
      <ol class="funnel">
        <Step
          amount={severe}
          label="critical and high"
          note={`${percentText(severe, instances.total)} of all instances, in ${count(imagesWithCriticalOrHigh)} of ${plural(scannedImages, 'scanned image')}; ${plural(distinct.critical.count + distinct.high.count, 'distinct vulnerability', 'distinct vulnerabilities')}`}
          to={toFindings({ levels: ['critical', 'high'] })}
          go={go}
        />
        <Step
          amount={fixable}
          label="of these have a fix"
          note={severe === 0 ? 'there are none' : `${percentText(fixable, severe)} of critical and high`}
          to={toFindings({ levels: ['critical', 'high'], fixable: true })}
          go={go}
        />
        {knowsExploited || exploited.instances > 0 ? (
          <Step
            amount={exploited.instances}
            label="known to be exploited"
            note={
              exploited.instances === 0
                ? 'none is in the CISA KEV catalogue'
                : `${plural(exploited.vulnerabilities, 'vulnerability', 'vulnerabilities')} in ${plural(exploited.slots, 'image')}`
            }
            to={toFindings({ kev: true })}
            go={go}
          />
        ) : (
          <li class="step">
            <span class="big none">?</span>
            <span>
              <strong>known to be exploited</strong>
              <small>not known: the advisory set has no KEV feed</small>
            </span>
          </li>
        )}
      </ol>
      {unrated > 0 && (
        <p class="unrated">
          <Jump class="action" to={toFindings({ levels: ['unknown'] })} go={go}>
            {plural(unrated, 'instance')} of unknown severity
          </Jump>{' '}
          <span class="hint">no source of the set rates them</span>
        </p>
      )}
      {fourClasses.total > 0 && (
        <>
          <h3>The four classes</h3>
          <p class="quote">
            {FOUR_CLASSES.map((level) => `${formatPercent(fourClasses[level])}% ${level}`).join(', ')} of{' '}
            {plural(fourClasses.total, 'instance')}
          </p>
        </>
      )}
    </section>
  );
}

interface StepProps {
  readonly amount: number;
  readonly label: string;
  readonly note: string;
  readonly to: Partial<ViewState>;
  readonly go: Go;
}

function Step({ amount, label, note, to, go }: StepProps) {
  return (
    <li>
      <Jump class="step" to={to} go={go}>
        <span class="big">{count(amount)}</span>
        <span>
          <strong>{label}</strong>
          <small>{note}</small>
        </span>
      </Jump>
    </li>
  );
}

function percentText(part: number, whole: number): string {
  return `${formatPercent({ count: part, percent: percentOf(part, whole) })} %`;
}
