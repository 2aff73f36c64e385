// CSM's docker/index.yaml: reads `registry: {images: {name: [tag]}}` (the form of `skopeo sync --src yaml`), gives a mention for each reference.
// Entries without `images` are skipped, as CSM's hack/list-images.py does; names that stand twice are merged, where that script keeps the last.
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { normalizeReference } from '../../image/reference.ts';
import type { Mention } from '../mention.ts';
import { entriesAt, nodeAt, parseYaml, type YamlEntry } from '../yaml.ts';

/** What the index lists. */
export interface ImageIndex {
  readonly mentions: readonly Mention[];
  readonly lint: readonly Verdict[];
  readonly gaps: readonly Gap[];
}

/** Ways of naming images by pattern that `skopeo sync` knows and that only a registry can expand. */
const PATTERNS = ['images-by-tag-regex', 'images-by-semver'] as const;

/**
 * Reads the index; a null document lists nothing.
 * @param file name for positions
 * @throws ParseError, LimitError
 */
export function parseImageIndex(text: string, file: string): ImageIndex {
  const mentions: Mention[] = [];
  const gaps: Gap[] = [];
  const root = parseYaml(text, file);
  if (root.kind === 'list' || (root.kind === 'scalar' && !root.isNull)) {
    gaps.push({ kind: 'file-unparsed', target: file, reason: 'it is no mapping of registries' });
  }
  const seen = new Map<string, YamlEntry[]>();
  for (const registry of entriesAt(root)) {
    for (const name of entriesAt(registry.value, 'images')) {
      const repository = `${registry.key.replace(/\/+$/, '')}/${name.key}`;
      const entries = seen.get(repository);
      if (entries === undefined) seen.set(repository, [name]);
      else entries.push(name);
      readTags(repository, name, file, mentions, gaps);
    }
    for (const pattern of PATTERNS) {
      const node = nodeAt(registry.value, pattern);
      if (node === undefined) continue;
      const reason = `${registry.key}: ${pattern} names images by pattern; they are not expanded`;
      gaps.push({ kind: 'undecidable', target: file, location: `line ${node.line}`, reason });
    }
  }
  return { mentions, lint: duplicateNames(seen, file), gaps };
}

function readTags(repository: string, name: YamlEntry, file: string, mentions: Mention[], gaps: Gap[]): void {
  const tags = name.value.kind === 'list' ? name.value.items : [];
  if (tags.length === 0) {
    const reason = `${repository} lists no tag, which skopeo takes for every tag; none is counted`;
    gaps.push({ kind: 'undecidable', target: file, location: `line ${name.line}`, reason });
  }
  for (const tag of tags) {
    const text = tag.kind === 'scalar' ? tag.text : '';
    try {
      const logical = normalizeReference(`${repository}${text.startsWith('sha256:') ? '@' : ':'}${text}`);
      mentions.push({ logical, source: file, position: `${file}:${tag.line}` });
    } catch (error) {
      gaps.push({ kind: 'file-unparsed', target: file, location: `line ${tag.line}`, reason: messageOf(error) });
    }
  }
}

function duplicateNames(seen: ReadonlyMap<string, readonly YamlEntry[]>, file: string): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [repository, entries] of seen) {
    if (entries.length < 2) continue;
    const lists = new Set(entries.map((entry) => tagsOf(entry)));
    verdicts.push({
      check: 'index-name-twice',
      subject: repository,
      verdict: lists.size > 1 ? 'fail' : 'warn',
      evidence: entries.map((entry) => `${file}:${entry.line} ${repository}: ${tagsOf(entry)}`),
      reason:
        lists.size > 1
          ? 'the name stands twice with different tags; programs that keep the last lose the others'
          : 'the name stands twice with the same tags',
      remediation: 'merge the entries',
    });
  }
  return verdicts;
}

function tagsOf(entry: YamlEntry): string {
  const tags = entry.value.kind === 'list' ? entry.value.items : [];
  return tags.map((tag) => (tag.kind === 'scalar' ? tag.text : '')).join(', ');
}
