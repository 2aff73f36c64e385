// A preview of policies as a page: what happens to each object and why, and what the policies, exceptions and containers give reason to ask.
import type { Gap } from '../../platform/gap.ts';
import type { PolicySet } from '../../posture/policy/kyverno/policy-set.ts';
import type { Preview, PreviewedObject } from '../../posture/policy/preview/preview.ts';
import { changeText, previewCounts } from '../policy-preview.ts';
import { plural } from '../words.ts';
import { gapSection } from './gap-section.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

const OUTCOMES: Readonly<Record<PreviewedObject['outcome'], string>> = {
  rejected: 'Rejected',
  unknown: 'Not known: a rule could not be evaluated',
  mutated: 'Changed and admitted',
  admitted: 'Admitted as they are',
};

/** The preview as one HTML document. @param page the built page; read from the package unless given */
export function policyPreviewHtml(set: PolicySet, preview: Preview, gaps: readonly Gap[], page?: PageFiles): string {
  const counts = previewCounts(set, preview);
  const { objects, findings } = preview;
  const outcomes = Object.keys(OUTCOMES) as PreviewedObject['outcome'][];
  return plainDocument(
    {
      kicker: 'Policies before installation',
      title: `${plural(objects.length, 'object')} under ${plural(counts.policies, 'policy', 'policies')}`,
    },
    [
      section(
        'Outcomes',
        paragraph(
          `${plural(counts.exceptions, 'exception')}; ${counts.unsupportedPolicies === 0 ? 'every policy' : `all but ${plural(counts.unsupportedPolicies, 'policy', 'policies')}`} could be read.`,
        ),
        table(
          'Outcomes',
          ['Outcome', 'Objects'],
          outcomes.map((outcome) => [OUTCOMES[outcome], counts[outcome]]),
        ),
      ),
      ...outcomes.flatMap((outcome) => outcomeSection(outcome, objects)),
      ...(findings.length === 0 ? [] : [findingsSection(preview)]),
      ...gapSection(gaps),
    ],
    page,
  );
}

function outcomeSection(outcome: PreviewedObject['outcome'], objects: readonly PreviewedObject[]): readonly Markup[] {
  const members = objects.filter((one) => one.outcome === outcome);
  if (members.length === 0) return [];
  return [section(OUTCOMES[outcome], ...members.map(objectPart))];
}

function objectPart({ subject, created, position, changes, results, passed }: PreviewedObject): Markup {
  const said = results.map(
    ({ policy, rule, status, message }) => `${status} ${policy}/${rule}${message === '' ? '' : `: ${message}`}`,
  );
  return folded(
    `${subject}${created === undefined ? '' : `, the ${created} that it creates`}`,
    paragraph(`From ${position}.`),
    list(changes.map(changeText)),
    list(said),
    paragraph(passed.length === 0 ? '' : `Passed or applied: ${passed.join(', ')}.`),
  );
}

function findingsSection({ findings }: Preview): Markup {
  const groups = [...Map.groupBy(findings, ({ check, verdict }) => `${check} (${verdict})`)];
  return section(
    'Findings',
    ...groups.map(([title, members]) =>
      folded(`${title}: ${members.length}`, list(members.map(({ subject, reason }) => `${subject}: ${reason}`))),
    ),
  );
}
