// Where the cluster stands with encryption as a page: the answer, every control plane with what its file says and its process loaded, the values by writer,
// and what is wrong. No key is in it.
import { idText, listText } from '../../operate/encryption/plan/transformer-id.ts';
import type { EncryptionStatus, ServerRow } from '../../operate/encryption/status/status.ts';
import { failureTexts } from '../encryption-status.ts';
import { barCharts } from './bar-chart.ts';
import type { PageFiles } from './page-files.ts';
import { list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The result as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function encryptionStatusHtml(status: EncryptionStatus, resource: string, page?: PageFiles): string {
  const { settled, reason, goal, servers, faults } = status;
  const to = goal === undefined ? '' : `, goal ${idText(goal)}`;
  const errors = faults.filter(({ weight }) => weight === 'error');
  const notes = faults.filter(({ weight }) => weight === 'warning');
  const failures = servers.flatMap(failureTexts);
  const told = (rows: typeof faults): Markup => list(rows.map((fault) => `${fault.reason} (${fault.id})`));
  return plainDocument(
    {
      kicker: 'Encryption at rest',
      title: `${settled === 'yes' ? 'Settled' : 'Not settled'}: ${resource}${to}`,
    },
    [
      section('Answer', paragraph(reason)),
      ...(errors.length === 0 ? [] : [section('Faults', told(errors))]),
      section(
        'Control planes',
        table(
          'Control planes',
          ['Control plane', 'Version', 'File says', 'Process loaded', 'Started', 'Loaded anew', 'Ready'],
          servers.map(serverCells),
        ),
        list(failures),
      ),
      section('Values within reach', values(status)),
      ...(notes.length === 0 ? [] : [section('Half done, or not told', told(notes))]),
    ],
    page,
  );
}

function serverCells({ name, version, file, running, reloadedAt }: ServerRow): readonly (string | undefined)[] {
  const says = file.state === 'read' ? listText(file.transformers) : `${file.state}: ${file.reason}`;
  const known = [name, version, says];
  if (running.state !== 'loaded') return [...known, running.state === 'down' ? 'down' : 'not known'];
  const loaded = listText(running.transformers);
  const ready = running.ready === undefined ? 'not asked' : running.ready ? 'yes' : 'no';
  return [...known, loaded === says ? 'the same' : loaded, moment(running.startedAt), moment(reloadedAt), ready];
}

function moment(time: string | undefined): string | undefined {
  return time?.slice(0, 19).replace('T', ' ');
}

function values({ data }: EncryptionStatus): Markup {
  if (data.length === 0) return paragraph('What the data holds was not examined.');
  const highest = Math.max(...data.flatMap(({ current, past }) => [current, past]));
  return barCharts(
    data.map(({ transformer, current, past }) => ({
      title: transformer === 'identity' ? 'identity (plain text)' : idText(transformer),
      ink: transformer === 'identity' ? 'critical' : 'plain-line',
      bars: [
        { name: 'current', value: current },
        { name: 'earlier', value: past },
      ],
      highest,
    })),
  );
}
