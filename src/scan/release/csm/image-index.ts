// CSM's docker/index.yaml: reads `registry: {images: {name: [tag]}}` (the form of `skopeo sync --src yaml`), gives a mention for each reference.
// Entries without `images` are skipped, as CSM's hack/list-images.py does; names that stand twice are merged, where that script keeps the last.
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { normalizeReference } from '../../image/reference.ts';
import type { Mention } from '../mention.ts';
import { entriesAt, nodeAt, parseYaml, type YamlEntry, type YamlNode } from '../yaml.ts';

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
  const lint: Verdict[] = [];
  const gaps: Gap[] = [];
  const root = parseYaml(text, file);
  if (root.kind === 'list' || (root.kind === 'scalar' && !root.isNull)) {
    gaps.push({ kind: 'file-unparsed', target: file, reason: 'it is no mapping of registries' });
  }
  const seen = new Map<string, YamlEntry[]>();
  for (const registry of entriesAt(root)) {
    gaps.push(...misplaced(registry, file));
    for (const name of entriesAt(registry.value, 'images')) {
      const repository = `${registry.key.replace(/\/+$/, '')}/${name.key}`;
      const entries = seen.get(repository);
      if (entries === undefined) seen.set(repository, [name]);
      else entries.push(name);
      readTags(repository, name, file, mentions, gaps);
      lint.push(...loneTag(repository, name, file));
    }
    for (const pattern of PATTERNS) {
      const node = nodeAt(registry.value, pattern);
      if (node === undefined) continue;
      const reason = `${registry.key}: ${pattern} names images by pattern; they are not expanded`;
      gaps.push({ kind: 'undecidable', target: file, location: `line ${node.line}`, reason });
    }
  }
  return { mentions, lint: [...lint, ...duplicateNames(seen, file)], gaps };
}

/** What stands where the images of a registry belong and is no mapping would otherwise pass for an empty one. */
function misplaced({ key, value, line }: YamlEntry, file: string): readonly Gap[] {
  const images = value.kind === 'map' ? nodeAt(value, 'images') : value;
  if (images === undefined || images.kind === 'map' || (images.kind === 'scalar' && images.isNull)) return [];
  const reason = `${key}: what it lists is no mapping of images to tags`;
  return [{ kind: 'file-unparsed', target: file, location: `line ${line}`, reason }];
}

function readTags(repository: string, name: YamlEntry, file: string, mentions: Mention[], gaps: Gap[]): void {
  const tags = tagsOf(name);
  if (tags === undefined) {
    const reason = `${repository} has neither a list of tags nor a tag`;
    gaps.push({ kind: 'file-unparsed', target: file, location: `line ${name.line}`, reason });
  } else if (tags.length === 0) {
    const reason = `${repository} lists no tag, which skopeo takes for every tag; none is counted`;
    gaps.push({ kind: 'undecidable', target: file, location: `line ${name.line}`, reason });
  }
  for (const tag of tags ?? []) {
    const text = textOf(tag);
    try {
      const written = `${repository}${text.startsWith('sha256:') ? '@' : ':'}${text}`;
      const logical = normalizeReference(written);
      const spelling = written === logical ? {} : { written };
      mentions.push({ logical, ...spelling, source: file, position: `${file}:${tag.line}` });
    } catch (error) {
      gaps.push({ kind: 'file-unparsed', target: file, location: `line ${tag.line}`, reason: messageOf(error) });
    }
  }
}

/** The tags of a name: a list, or a lone tag in its place; undefined for anything else. */
function tagsOf({ value }: YamlEntry): readonly YamlNode[] | undefined {
  if (value.kind === 'list') return value.items;
  if (value.kind === 'map') return undefined;
  return value.isNull ? [] : [value];
}

function textOf(tag: YamlNode): string {
  return tag.kind === 'scalar' ? tag.text : '';
}

/** A lone tag is read here, but skopeo's form is a list: its `sync` refuses the whole file. */
function loneTag(repository: string, { value, line }: YamlEntry, file: string): readonly Verdict[] {
  if (value.kind !== 'scalar' || value.isNull) return [];
  return [
    {
      check: 'index-tag-not-in-list',
      subject: repository,
      verdict: 'warn',
      evidence: [`${file}:${line} ${repository}: ${value.text}`],
      reason: 'its tag stands alone where a list of tags belongs; it is read, but `skopeo sync` refuses such a file',
      remediation: `write ["${value.text}"]`,
    },
  ];
}

function duplicateNames(seen: ReadonlyMap<string, readonly YamlEntry[]>, file: string): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [repository, entries] of seen) {
    if (entries.length < 2) continue;
    const lists = new Set(entries.map(listOf));
    verdicts.push({
      check: 'index-name-twice',
      subject: repository,
      verdict: lists.size > 1 ? 'fail' : 'warn',
      evidence: entries.map((entry) => `${file}:${entry.line} ${repository}: ${listOf(entry)}`),
      reason:
        lists.size > 1
          ? 'the name stands twice with different tags; programs that keep the last lose the others'
          : 'the name stands twice with the same tags',
      remediation: 'merge the entries',
    });
  }
  return verdicts;
}

function listOf(entry: YamlEntry): string {
  return (tagsOf(entry) ?? []).map(textOf).join(', ');
}
