// The page of a bundle about encryption at rest: the verdict of the proof over the members of etcd and the backups, where values stand in plain text, and who
// wrote the values. Inside the house each part with its reason.
import { PLACE_WORDS, PLACES } from '../encryption-verification.ts';
import { barCharts } from '../html/bar-chart.ts';
import type { PublishedEncryption } from '../published-encryption.ts';
import { plural } from '../words.ts';
import { section, sentences, table, text } from './page.ts';

/** The content of the page. */
export function encryptionPageHtml(encryption: PublishedEncryption): string {
  const { writers, parts } = encryption;
  return [
    section('Encryption at rest', `<p>${text(sentence(encryption))}</p>`, sentences(LIMITS)),
    section('Values in plain text', plaintext(encryption)),
    section(
      'Values by writer',
      writers.length === 0 ? '<p>No value was seen.</p>' : barCharts(charts(encryption)).html,
    ),
    ...(parts === undefined
      ? []
      : [
          section(
            'Parts',
            table(
              ['Part', 'Check', 'Verdict', 'Why'],
              parts.map(({ subject, check, verdict, reason }) => [subject, check, verdict, reason]),
            ),
          ),
        ]),
  ].join('\n');
}

/** What no proof over files speaks of. */
const LIMITS: readonly string[] = [
  'Names of objects and namespaces are never encrypted by Kubernetes: etcd keeps them as they are.',
  'Audit logs, disk images, other backups and blocks that the disk has given back were not examined.',
];

const MEANS: Readonly<Record<PublishedEncryption['verdict'], string>> = {
  proof: 'all of it was read, and nothing stands in it in plain text',
  'not-proven': 'nothing was found in plain text, and not all of it could be judged',
  'plaintext-found': 'values were found in plain text',
};

function sentence({ verdict, resources, members, backups, unjudged }: PublishedEncryption): string {
  const over = `${plural(members, 'member')} of etcd and ${plural(backups, 'backup')}`;
  const left = unjudged === 0 ? '' : `; ${plural(unjudged, 'part')} could not be judged`;
  return `${verdict}: ${resources.join(', ')} in ${over}: ${MEANS[verdict]}${left}.`;
}

function plaintext({ plaintext: counts, members }: PublishedEncryption): string {
  const rows = PLACES.map((place) => [PLACE_WORDS[place], counts[place] ?? 0]);
  return `${table(['Place', 'Values'], rows)}<p>${text(`Summed over ${plural(members, 'member')}; backups are told by the verdict.`)}</p>`;
}

function charts({ writers }: PublishedEncryption): Parameters<typeof barCharts>[0] {
  const highest = Math.max(...writers.flatMap(({ current, old, deleted, wal }) => [current, old, deleted, wal]));
  return writers.map(({ writer, current, old, deleted, wal }) => ({
    title: writer === 'identity' ? 'identity (plain text)' : writer,
    ink: writer === 'identity' ? 'critical' : 'plain-line',
    bars: [
      { name: PLACE_WORDS.current, value: current },
      { name: PLACE_WORDS.old, value: old },
      { name: PLACE_WORDS.deleted, value: deleted },
      { name: PLACE_WORDS.wal, value: wal },
    ],
    highest,
  }));
}
