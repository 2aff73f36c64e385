// Lint of any release: what its mentions of images say that does not fit together. Each verdict names the places.
import type { Verdict } from '../../platform/verdict.ts';
import { splitLogical } from './logical.ts';
import { distinct, type Mention } from './mention.ts';

/** The same name and tag, or the same digest, behind two references; one reference in two spellings or with two pins. */
export function lintMentions(mentions: readonly Mention[]): readonly Verdict[] {
  return [...sameTag(mentions), ...sameDigest(mentions), ...twoSpellings(mentions), ...twoPins(mentions)];
}

/** Two mentions of `coredns:v1.8.0` below different paths are most likely one image that is shipped twice under two names. */
function sameTag(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const named = mentions.filter(({ logical, local }) => logical !== local);
  for (const [short, group] of Map.groupBy(named, (mention) => shortNameOf(mention.logical))) {
    const names = distinct(group.map((mention) => splitLogical(mention.logical).repository));
    if (short === '' || names.length < 2) continue;
    verdicts.push({
      check: 'same-tag-two-names',
      subject: short,
      verdict: 'warn',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.logical}`)),
      reason: `${short} is listed under ${names.length} names`,
      remediation: 'ship it under one name, or give images that differ tags that differ',
    });
  }
  return verdicts;
}

function sameDigest(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const reported = new Set<string>();
  for (const [digest, group] of Map.groupBy(mentions, digestOfMention)) {
    const logicals = distinct(group.map((mention) => mention.logical));
    const names = logicals.join(', ');
    if (digest === '' || logicals.length < 2 || reported.has(names)) continue;
    reported.add(names);
    verdicts.push({
      check: 'same-digest-two-names',
      subject: digest,
      verdict: 'warn',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.logical}`)),
      reason: `${logicals.length} references name one image: ${names}`,
      remediation: 'ship it under one name; until then it is scanned once and counted in each of its slots',
    });
  }
  return verdicts;
}

/** `alpine:3` and `docker.io/library/alpine:3`: one image for a runtime, two for a program that compares text. */
function twoSpellings(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const named = mentions.filter(({ logical, local }) => logical !== local);
  for (const [logical, group] of Map.groupBy(named, (mention) => mention.logical)) {
    const spellings = distinct(group.map(spellingOf));
    if (spellings.length < 2) continue;
    verdicts.push({
      check: 'two-spellings-one-name',
      subject: logical,
      verdict: 'warn',
      evidence: distinct(group.map((mention) => `${mention.position} ${spellingOf(mention)}`)),
      reason: `it is written in ${spellings.length} ways: ${spellings.join(', ')}`,
      remediation: 'write it in one way, best with its registry: mirrors and pins are found by the text',
    });
  }
  return verdicts;
}

function spellingOf({ logical, written }: Mention): string {
  return written ?? logical;
}

function digestOfMention(mention: Mention): string {
  return mention.digest ?? splitLogical(mention.logical).digest ?? mention.localDigest ?? '';
}

function twoPins(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const pinned = mentions.filter((mention) => mention.physical !== undefined);
  for (const [logical, group] of Map.groupBy(pinned, (mention) => mention.logical)) {
    const pins = new Set(group.map((mention) => mention.physical));
    if (pins.size < 2) continue;
    verdicts.push({
      check: 'two-pins-one-name',
      subject: logical,
      verdict: 'fail',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.physical}`)),
      reason: `it is pinned to ${pins.size} images; the first one is taken`,
      remediation: 'keep the pin of the image that is shipped',
    });
  }
  return verdicts;
}

/** Last component with tag, empty without a tag. */
function shortNameOf(logical: string): string {
  const { repository, tag } = splitLogical(logical);
  return tag === undefined ? '' : `${repository.slice(repository.lastIndexOf('/') + 1)}:${tag}`;
}
