// Debian's security tracker: every vulnerability of every source package by release, fixed or not.
import type { Feed, FeedFile, FeedSink } from '../feed.ts';
import { readJson } from '../fields.ts';
import { readAnnouncements } from './announcements.ts';
import { settleDebian } from './settle.ts';
import { readTracker } from './tracker-json.ts';

/** The tracker's JSON, and the lists of announcements (DSA, DLA), which alone cover a release in part. */
export const debianTracker: Feed = {
  id: 'debian-tracker',
  title: 'Debian security tracker',
  licence: 'https://www.debian.org/license',
  home: 'https://security-tracker.debian.org',
  downloads: ['https://security-tracker.debian.org/tracker/data/json'],
  accepts: (path) =>
    /\.json$/.test(path) || /(^|\/)data\/json$/.test(path) || /(^|\/)D[SL]A(\/list|-list[^/]*)$/.test(path),
  read,
  settle: settleDebian,
};

function read(file: FeedFile, sink: FeedSink): void {
  const bytes = file.bytes();
  if (firstCharacter(bytes) === '{') readTracker(readJson(bytes, file.path), file, sink);
  else readAnnouncements(new TextDecoder().decode(bytes), file, sink);
}

function firstCharacter(bytes: Uint8Array): string {
  for (const byte of bytes) if (byte > 0x20) return String.fromCharCode(byte);
  return '';
}
