// The proof over a cluster as a page: the verdict, the members and backups, where values are by provider and key, what remains, and what to do.
import type { VerifyResult } from '../../operate/encryption/verify/result.ts';
import {
  actionText,
  holdingText,
  PLACE_WORDS,
  PLACES,
  remainderText,
  verificationTitle,
  writerFigures,
} from '../encryption-verification.ts';
import { barCharts } from './bar-chart.ts';
import type { PageFiles } from './page-files.ts';
import { list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The result as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function encryptionVerificationHtml(result: VerifyResult, page?: PageFiles): string {
  return plainDocument(
    { kicker: 'Encryption at rest', title: verificationTitle(result) },
    verificationSections(result),
    page,
  );
}

/** The parts of the page. */
export function verificationSections(result: VerifyResult): readonly Markup[] {
  const { members, backups, remains, results, next, action, notExamined } = result;
  const unseen = results.filter(({ verdict }) => verdict === 'no-evidence');
  return [
    ...(action === undefined
      ? []
      : [section('What was done', paragraph(actionText(action)), steps('On the node', action.commands))]),
    section(
      'Members of etcd',
      table(
        'Members',
        ['Member', 'State', 'Plain text in its database', 'In its log', 'Revision', 'Files read'],
        members.map(({ name, isLeader, isHealthy, database, log, revision, examinedAt }) => [
          name,
          isHealthy === undefined ? 'not asked' : !isHealthy ? 'not healthy' : isLeader === true ? 'leader' : 'healthy',
          holdingText(database),
          holdingText(log),
          revision ?? database?.lastRevision,
          examinedAt?.slice(0, 19).replace('T', ' ') ?? 'not examined',
        ]),
      ),
      ...(members.length === 0 ? [paragraph('None is known.')] : []),
    ),
    section('Values by provider and key', charts(result)),
    ...(backups.length === 0
      ? []
      : [
          section(
            'Backups',
            table(
              'Backups',
              ['Backup', 'Plain text'],
              backups.map(({ name, holding, problem }) => [name, problem ?? holdingText(holding)]),
            ),
          ),
        ]),
    ...(remains.length === 0 ? [] : [section('Remains in plain text', list(remains.map(remainderText)))]),
    ...(next.length === 0 ? [] : [section('To do', steps('Steps, in this order', next))]),
    section(
      'Not examined, or not judged',
      list([
        ...unseen.map(({ subject, check, reason }) => `${subject} (${check}): ${reason}`),
        ...notExamined.map(({ what, why }) => `${what}: ${why}`),
      ]),
    ),
  ];
}

function steps(caption: string, rows: readonly { readonly command: string; readonly reason: string }[]): Markup {
  return table(
    caption,
    ['Command', 'Why'],
    rows.map(({ command, reason }) => [command, reason]),
  );
}

function charts(result: VerifyResult): Markup {
  const figures = writerFigures(result);
  if (figures.length === 0) return paragraph('No value was seen.');
  const highest = Math.max(...figures.flatMap(({ counts }) => Object.values(counts)));
  return barCharts(
    figures.map(({ writer, counts }) => ({
      title: writer === 'identity' ? 'identity (plain text)' : writer,
      ink: writer === 'identity' ? 'critical' : 'plain-line',
      bars: PLACES.flatMap((place) => {
        const value = counts[place];
        return value === undefined ? [] : [{ name: PLACE_WORDS[place], value }];
      }),
      highest,
    })),
  );
}
