// The page of a bundle about mitigations that are active where the release runs: what each is for, where it stands, until when, and what is said to users.
import { mitigationsTitle, type PublishedMitigation, STATE_WORDS } from '../mitigations.ts';
import { section, table, text } from './page.ts';

/** The content of the page. */
export function mitigationsPageHtml(mitigations: readonly PublishedMitigation[]): string {
  const stated = mitigations.filter(({ vex }) => vex !== undefined);
  return [
    section(
      'Mitigations',
      `<p>${text(mitigationsTitle(mitigations))}. A mitigation lowers the risk until the fix is in; the figures of this bundle count what it is for all the same, unless a statement says otherwise.</p>`,
      ...(mitigations.length === 0 ? [] : [standing(mitigations)]),
    ),
    ...(stated.length === 0
      ? []
      : [
          section(
            'What is said of them',
            table(
              ['Mitigation', 'Status', 'In words'],
              stated.map(({ mitigation, vex }) => [
                mitigation,
                [vex?.status, vex?.justification].filter((part) => part !== undefined).join(': '),
                vex?.words ?? '',
              ]),
            ),
          ),
        ]),
  ].join('\n');
}

function standing(mitigations: readonly PublishedMitigation[]): string {
  return table(
    ['Mitigation', 'For', 'Stands', 'Until', 'What it does'],
    mitigations.map(({ mitigation, version, title, cves, state, reportsOnly, expires }) => [
      `${mitigation} ${version}`,
      cves.join(', '),
      `${STATE_WORDS[state]}${reportsOnly ? ', reports only' : ''}`,
      expires,
      title,
    ]),
  );
}
