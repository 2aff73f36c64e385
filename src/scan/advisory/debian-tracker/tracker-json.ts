// Reads the Debian security tracker's JSON: source package -> vulnerability -> release -> state.
// Layout and words: https://security-team.debian.org/security_tracker.html and the tracker's own /tracker/data/json.
import { ParseError } from '../../../platform/errors.ts';
import { deb } from '../../../versions/deb.ts';
import type { Advisory, FixState } from '../advisory.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts';
import { releaseNamespace } from './releases.ts';
import { severityOfUrgency } from './urgency.ts';

/** The fixed version that the tracker writes for a release that never had the vulnerability. */
const NEVER_AFFECTED = '0';

/** @throws ParseError when the document is not the tracker's. */
export function readTracker(document: unknown, file: FeedFile, sink: FeedSink): void {
  if (!isFields(document))
    throw new ParseError(`${file.path}: not the Debian tracker's JSON (an object by source package)`);
  for (const [source, vulnerabilities] of Object.entries(document)) {
    for (const [id, vulnerability] of Object.entries(fieldsOf(vulnerabilities))) {
      const place = `${file.path}: ${source} ${id}`;
      const releases = fieldsOf(vulnerability)['releases'];
      if (!/^(?:CVE|TEMP)-/.test(id) || !isFields(releases)) {
        sink.skip('not a vulnerability with releases', place);
        continue;
      }
      for (const [codename, release] of Object.entries(releases)) {
        readRelease({ source, id, codename, place }, fieldsOf(release), sink);
      }
    }
  }
}

function readRelease(
  { source, id, codename, place }: Readonly<Record<'source' | 'id' | 'codename' | 'place', string>>,
  release: Fields,
  sink: FeedSink,
): void {
  const namespace = releaseNamespace(codename);
  if (namespace === undefined) {
    sink.skip('a release that is not known', `${place} ${codename}`);
    return;
  }
  sink.covers(namespace);
  const state = stateOf(release);
  if (typeof state === 'string') {
    sink.skip(state, `${place} ${codename}`);
    return;
  }
  sink.advisory({
    feed: 'debian-tracker',
    id,
    aliases: [],
    related: [],
    namespace,
    package: source,
    ...state,
    severities: severityOfUrgency(textOf(release['urgency'])),
    reference: `https://security-tracker.debian.org/tracker/${id}`,
  });
}

/** What the release's entry says, or why it cannot be used. */
function stateOf(release: Fields): Pick<Advisory, 'status' | 'ranges' | 'fixState'> | string {
  const status = textOf(release['status']);
  const fixed = textOf(release['fixed_version']);
  switch (status) {
    case 'resolved':
      if (fixed === undefined) return 'resolved, but without a fixed version';
      if (fixed === NEVER_AFFECTED) return { status: 'not-affected', ranges: [], fixState: 'unknown' };
      if (!isVersion(fixed)) return 'a fixed version that dpkg does not accept';
      return { status: 'affected', ranges: [{ fixed }], fixState: 'fixed' };
    case 'open':
      return { status: 'affected', ranges: [], fixState: openFixState(release) };
    case 'undetermined':
      return 'undetermined by Debian';
    default:
      return 'a status that is not known';
  }
}

/** Ignored: no fix will come; postponed: with the next update; a plain no-dsa may still be fixed in a point release. */
function openFixState(release: Fields): FixState {
  if (textOf(release['urgency']) === 'end-of-life') return 'will-not-fix';
  const reason = textOf(release['nodsa_reason']);
  if (reason === 'ignored') return 'will-not-fix';
  return reason === 'postponed' ? 'deferred' : 'not-fixed';
}

/** Whether dpkg takes the text as a version. */
export function isVersion(text: string): boolean {
  try {
    deb.check(text);
    return true;
  } catch {
    return false;
  }
}
