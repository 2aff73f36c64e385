// What the figures do not cover, by kind, the kinds that hide most first.
import type { Gap } from '../../../platform/gap.ts';
import { count, GAP_KINDS, GAP_WORDS } from '../../words.ts';
import { ImageName } from './marks.tsx';
import { type Report, slotLabel, type ViewProps } from './report.ts';

/** All gaps, a group a kind. */
export function GapsView({ report }: ViewProps) {
  const groups = Map.groupBy(report.data.gaps, (gap) => gap.kind);
  const kinds = GAP_KINDS.filter((kind) => groups.has(kind));
  if (kinds.length === 0) return <p class="nothing">Nothing was left out: every image, file and feed was read.</p>;
  return (
    <div class="gaps">
      <p class="hint">
        What could not be read or judged. The figures do not include it; silence here would be a false zero.
      </p>
      {kinds.map((kind) => (
        <GapGroup key={kind} kind={kind} gaps={groups.get(kind) ?? []} report={report} />
      ))}
    </div>
  );
}

function GapGroup({
  kind,
  gaps,
  report,
}: {
  readonly kind: Gap['kind'];
  readonly gaps: readonly Gap[];
  readonly report: Report;
}) {
  const words = GAP_WORDS[kind];
  const located = gaps.some((gap) => gap.location !== undefined);
  return (
    <details class="panel" open={gaps.length <= 50}>
      <summary>
        <h2>
          {words.title} <span class="amount">{count(gaps.length)}</span>
        </h2>
        <span class="hint">{words.meaning}</span>
      </summary>
      <table class="plain-table">
        <caption class="unseen">{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            {located && <th scope="col">Where</th>}
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {gaps.map((gap) => (
            <tr key={`${gap.target}\n${gap.location ?? ''}\n${gap.reason}`}>
              <td>
                <Target gap={gap} report={report} />
              </td>
              {located && <td class="wrap">{gap.location}</td>}
              <td class="wrap">{gap.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Target({ gap, report }: { readonly gap: Gap; readonly report: Report }) {
  return report.images.has(gap.target) ? (
    <ImageName reference={slotLabel(report.images, gap.target)} />
  ) : (
    <span class="wrap">{gap.target}</span>
  );
}
