// RustSec, the advisory database of the Rust project for crates.
import type { Feed } from '../feed.ts';
import { readRustsec } from './parse.ts';

/** Advisories in Markdown with TOML in front, one a file, as the git repository holds them. */
export const rustsec: Feed = {
  id: 'rustsec',
  title: 'RustSec advisories',
  licence: 'CC0-1.0 (imports from GitHub: CC-BY-4.0)',
  home: 'https://rustsec.org',
  downloads: ['https://github.com/rustsec/advisory-db/archive/refs/heads/main.zip'],
  accepts: (path) => /(^|\/)RUSTSEC-\d{4}-\d+\.md$/.test(path),
  read: readRustsec,
};
