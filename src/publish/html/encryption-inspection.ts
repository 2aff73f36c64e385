// An inspection of etcd's data as a page: the verdict, the counts of every file, the places of plain text behind them, and what to do.
import type { FileInspection, Inspection } from '../../operate/encryption/inspect/inspection.ts';
import { gapPlace } from '../../platform/gap.ts';
import {
  countsText,
  fileFacts,
  inspectionTitle,
  placeText,
  plaintextOf,
  plaintextText,
  unopenedText,
} from '../encryption-inspection.ts';
import { plural } from '../words.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The result as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function encryptionInspectionHtml(inspection: Inspection, page?: PageFiles): string {
  const { files, gaps, next, notExamined } = inspection;
  return plainDocument(
    { kicker: 'Encryption at rest', title: inspectionTitle(inspection) },
    [
      section('Files', overview(files), ...files.flatMap(places)),
      section('Keys', keys(files)),
      ...(gaps.length === 0
        ? []
        : [section('Could not be read or judged', list(gaps.map((gap) => `${gapPlace(gap)}: ${gap.reason}`)))]),
      ...(next.length === 0
        ? []
        : [
            section(
              'To do',
              table(
                'Steps, in this order',
                ['Command', 'Why'],
                next.map(({ command, reason }) => [command, reason]),
              ),
            ),
          ]),
      section(
        'Not examined',
        paragraph('The verdict is on the files above. It does not speak of:'),
        list(notExamined.map(({ what, why }) => `${what}: ${why}`)),
      ),
    ],
    page,
  );
}

function overview(files: readonly FileInspection[]): Markup {
  return table(
    'Examined files',
    ['File', 'What it is', 'Current values', 'Earlier values', 'Of deleted keys', 'In plain text'],
    files.map((file) => [
      file.path,
      fileFacts(file),
      countsText(file.values.current),
      countsText(file.values.old),
      countsText(file.values.deleted),
      plaintextText(file),
    ]),
  );
}

function places(file: FileInspection): readonly Markup[] {
  const { path, opened } = file;
  const found = plaintextOf(file);
  return [
    ...(found === 0
      ? []
      : [folded(`${path}: ${plural(found, 'value')} in plain text`, listed(file.places.map(placeText), found))]),
    ...(opened === undefined || opened.wrong === 0
      ? []
      : [
          folded(
            `${path}: ${plural(opened.wrong, 'value')} not opened to what the key names`,
            listed(opened.places.map(unopenedText), opened.wrong),
          ),
        ]),
  ];
}

function listed(items: readonly string[], all: number): Markup {
  return list(all > items.length ? [...items, `and ${all - items.length} more`] : items);
}

function keys(files: readonly FileInspection[]): Markup {
  return table(
    'Writers of values',
    ['File', 'Written by', 'Current', 'Earlier', 'Deleted', 'In the WAL', 'First revision', 'Last revision'],
    files.flatMap(({ path, writers }) =>
      writers.map(({ writer, current, old, deleted, wal, firstRevision, lastRevision }) => [
        path,
        writer,
        current,
        old,
        deleted,
        wal,
        firstRevision,
        lastRevision,
      ]),
    ),
  );
}
