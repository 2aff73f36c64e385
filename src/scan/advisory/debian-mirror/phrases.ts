// Words beside an id that mean something else than "this version fixes it". As met in the changelogs of some 800 Debian packages;
// docs/guide/advisories-from-mirrors.md lists the groups for readers.

/**
 * `fixed`: this version fixes it; `completed`: it does, because an earlier fix was not enough; `reverted`: this version takes the fix back. The others
 * say nothing about this version: `not-affected`; `elsewhere`: fixed in another version, or a remark on another fix; `housekeeping`: a patch that
 * is moved, refreshed or no longer needed; `regression`: what an earlier fix broke.
 */
export type MentionKind =
  | 'fixed'
  | 'completed'
  | 'reverted'
  | 'not-affected'
  | 'elsewhere'
  | 'housekeeping'
  | 'regression';

/** All that is given must hold. */
export interface Phrase {
  readonly kind: MentionKind;
  /** On the sentence up to the id. */
  readonly before?: RegExp;
  /** On the sentence from the id on. */
  readonly after?: RegExp;
  /** On the whole point. */
  readonly item?: RegExp;
}

/** What is done with patches that are no longer needed as they were. */
const DROPPED = String.raw`(?:drop|remov|delet|refresh|rebas|rediff|renam|renumber|unfuzz|disabl)\w*`;
/** Words that may stand between an id and what is said of it. */
const FILLER = String.raw`^\W*(?:(?:which|that|this|these|it|they|we|but|is|are|was|were|has|have|had|been|do|does|did|debian|stable|code|package|version|only|actually)\W+){0,5}`;
/** The rest of the name of a patch that is named after an id. */
const PATCH_NAME = String.raw`^[\w.*-]*(?:\/[\w.*-]+)*\.(?:d?patch|diff)\b`;
const NOT = String.raw`(?:\bnot|n['’]t|\bnever)\s+(?:\w+\s+)?`;
const DONE = '(?:fixed|addressed|applied|included|patched|resolved)';
const ENTRY = '(?:changelog|upload|entry|entries|version|release)';
const PAST = String.raw`\b(?:previous|prior|earlier|last|older?|past)\b`;

/** The first that holds decides. */
export const PHRASES: readonly Phrase[] = [
  // not affected by CVE-1 and CVE-2; CVE-1 does not apply
  {
    kind: 'not-affected',
    before: on(String.raw`${NOT}(?:affected|vulnerable|susceptible|exposed|impacted)(?:\s+(?:by|to))?\W*$`),
  },
  { kind: 'not-affected', before: on(String.raw`\bunaffected\s+by\W*$`) },
  {
    kind: 'not-affected',
    after: on(String.raw`${FILLER}${NOT}(?:affect|appl(?:y|ies|icable)\b|vulnerable|relevant|exploitable)`),
  },
  { kind: 'not-affected', after: on(String.raw`${FILLER}(?:unaffected|rejected|disputed)\b`) },
  // the first fix of CVE-1 was incomplete; CVE-1 was not fully fixed
  { kind: 'completed', item: on(String.raw`\b(?:incomplete|insufficient)\s+(?:\w+\s+)?(?:fix|patch)`) },
  {
    kind: 'completed',
    item: on(
      String.raw`\b(?:fix|patch)(?:es)?\s+(?:\w+\s+){0,3}(?:for\s+\S+\s+)?(?:was|were|is)\s+(?:incomplete|insufficient|not complete)`,
    ),
  },
  {
    kind: 'completed',
    item: on(String.raw`\bnot\s+(?:fully|completely|correctly|properly)\s+(?:fixed|addressed|resolved)`),
  },
  { kind: 'completed', item: on(String.raw`\bcomplet(?:e|es|ed|ing)\s+(?:the\s+)?(?:fix|patch)`) },
  // fix a regression caused by the patch for CVE-1; CVE-1 regression; CVE-1.patch: fix a regression
  {
    kind: 'regression',
    before: on(
      String.raw`\bregressions?\b(?:\W+\w+){0,6}?\W+(?:in|of|from|by|after|with|following|for)\b(?:\W+\w+){0,4}\W*$`,
    ),
  },
  { kind: 'regression', after: on(String.raw`^[\w\s./'"()-]{0,30}\bregression`) },
  { kind: 'regression', after: on(String.raw`${PATCH_NAME}\W+(?:\w+\W+){0,3}regression`) },
  // already fixed in 1.2: CVE-1; CVE-1: already applied; forgot to mention CVE-1; fix references to CVE-1 in the previous entry
  {
    kind: 'elsewhere',
    before: on(String.raw`\balready\s+(?:been\s+)?(?:${DONE}|fixes|addresses|includes|contains?)\b(?:\W+\w+){0,4}\W*$`),
  },
  {
    kind: 'elsewhere',
    after: on(
      String.raw`^[^.:]{0,40}\W\s*(?:(?:is|are|was|were|has|have|had|been)\s+){0,2}already\s+(?:been\s+)?(?:${DONE}|present|part|in)\b`,
    ),
  },
  {
    kind: 'elsewhere',
    item: on(
      String.raw`\bforg(?:ot|otten)\s+to\s+(?:mention|document|list|note)|^(?:also\s+|retroactively\s+)?mention`,
    ),
  },
  {
    kind: 'elsewhere',
    item: on(String.raw`\b(?:ids?|identifiers?|numbers?|references?|mention\w*)\b.{0,120}${PAST}.{0,20}\b${ENTRY}`),
  },
  // the fix for CVE-1 made settings disappear; a hole similar to CVE-1
  { kind: 'elsewhere', before: on(String.raw`^\W*(?:the|our)\s+(?:\w+\s+){0,2}(?:fix|patch|change)(?:es)?\s+for\W*$`) },
  {
    kind: 'elsewhere',
    before: on(
      String.raw`\b(?:follow-?up|similar|related|analogous|comparable)\s+(?:of|to)\W*$|\b(?:variant\s+of|see\s+also)\W*$`,
    ),
  },
  // revert the fix for CVE-1; but not: revert "that commit" (CVE-1), which is a fix
  {
    kind: 'reverted',
    before: on(
      String.raw`^(?:revert\w*|back(?:ed)?\s+out|undo)\s+(?:(?:\S+\s+){0,4}(?:fix(?:es)?|patch(?:es)?|changes?)\s+(?:for|of)\s*|\S*[/_-])?$`,
    ),
  },
  // drop CVE-1.patch, applied upstream; d/patches: refresh CVE-1.patch; CVE-1.patch: upstreamed
  { kind: 'housekeeping', item: on(String.raw`^(?:(?:d|debian)\/\S+\s+)?${DROPPED}\b.{0,200}(?:\bpatch|\.diff\b)`) },
  { kind: 'housekeeping', item: on(String.raw`^(?:d|debian)\/p(?:atches)?\b\S*\s+${DROPPED}`) },
  {
    kind: 'housekeeping',
    item: on(
      String.raw`\bpatch(?:es)?\b.{0,200}\b(?:${DONE}|merged|incorporated|integrated|accepted)\s+(?:\w+\s+)?(?:upstream|in\s+(?:the\s+)?(?:new\s+)?(?:upstream|release))`,
    ),
  },
  {
    kind: 'housekeeping',
    after: on(
      String.raw`${PATCH_NAME}\W*(?:(?:is|was|are|were|patch)\W+)?(?:${DROPPED}|applied\s+upstream|merged\s+upstream|upstream)`,
    ),
  },
];

/** Points above others ("Remove patches applied upstream:") whose words hold for all below them. */
export const HEADINGS: readonly Phrase[] = [
  { kind: 'not-affected', item: on(String.raw`${NOT}(?:affect|vulnerable|applicable|apply)|\bunaffected`) },
  { kind: 'elsewhere', item: on(String.raw`\balready\s+(?:been\s+)?${DONE}`) },
  { kind: 'housekeeping', item: on(String.raw`^(?:(?:d|debian)\/\S+\s+)?${DROPPED}\b.{0,200}\bpatch`) },
];

/** What stands before an id that is fixed beside the one that the point is about. */
export const FIXES = /\b(?:fix(?:e[sd])?|closes?|solves?|addresses|also|and)\W*$/i;

/** "was fixed in 1.2-3": another version, unless it is the one that the entry brings. */
export const FIXED_IN =
  /^[^.]{0,60}\b(?:was|were|been|got)\s+(?:already\s+)?fixed\s+(?:in|with|by|since)\s+(?:version\s+|release\s+|upload\s+)?v?(\d[\w.+~:-]*)/i;

function on(pattern: string): RegExp {
  return new RegExp(pattern, 'i');
}
