// `kubernetes versions` as a page: minors, the step, lines, and objects that need work, each row with its source.
import type { Verdict } from '../../platform/verdict.ts';
import type { VersionsAnswer } from '../../posture/kubernetes-versions/versions.ts';
import { apiText, changeText, eventText, supportText } from '../kubernetes-versions.ts';
import { gapSection } from './gap-section.ts';
import type { PageFiles } from './page-files.ts';
import { list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The answer as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function kubernetesVersionsHtml(answer: VersionsAnswer, page?: PageFiles): string {
  const { step, lines = [], served, minors, asOf, gaps } = answer;
  const title = step === undefined ? `As of ${asOf}` : `${step.from} to ${step.to}, as of ${asOf}`;
  return plainDocument(
    { kicker: 'Versions of Kubernetes', title },
    [
      ...(lines.length === 0
        ? []
        : [
            verdictSection(
              'Release lines',
              lines.map(({ verdict }) => verdict),
            ),
          ]),
      ...(served === undefined
        ? []
        : [verdictSection(`Objects that ${served.minor} does not serve, or not for long`, served.results)]),
      ...(step === undefined ? [] : stepSections(step)),
      section(
        'Minor versions',
        table(
          'Minor versions',
          ['Minor', 'Released', 'Supported', 'Source'],
          minors.map((one) => [one.minor, one.released, supportText(one), one.source]),
        ),
      ),
      ...(step === undefined
        ? minors
            .filter(({ features, removes }) => features.length + removes.length > 0)
            .map(({ minor, features, removes }) =>
              section(
                minor,
                list([
                  ...features.map(
                    (event) => `${eventText(event)}. ${event.feature.why} Source: ${event.feature.source}`,
                  ),
                  ...removes.map((api) => `No longer served: ${apiText(api)}. Source: ${api.source}`),
                ]),
              ),
            )
        : []),
      ...gapSection(gaps),
    ],
    page,
  );
}

function stepSections({ features, removes }: NonNullable<VersionsAnswer['step']>): readonly Markup[] {
  const of = (name: string, change: string): readonly Markup[] => {
    const own = features.filter((one) => one.change === change);
    return own.length === 0
      ? []
      : [section(name, list(own.map((one) => `${changeText(one)} Source: ${one.feature.source}`)))];
  };
  const gone = removes.map((api) => `${apiText(api)}. Source: ${api.source}`);
  return [
    ...of('Gained', 'gained'),
    ...of('Lost', 'lost'),
    ...of('Changed', 'changed'),
    ...(gone.length === 0 ? [] : [section('No longer served', list(gone))]),
  ];
}

function verdictSection(name: string, verdicts: readonly Verdict[]): Markup {
  if (verdicts.length === 0) return section(name, paragraph('None.'));
  const rows = verdicts.map(({ verdict, subject, reason, remediation, evidence }) => [
    verdict,
    subject,
    reason,
    remediation,
    evidence.join('; '),
  ]);
  return section(name, table(name, ['Verdict', 'What', 'Why', 'To do', 'Seen'], rows));
}
