// Whether an image says where it comes from: labels of the OCI image specification (annotations.md, "Pre-Defined Annotation Keys"), in their place those
// of the convention before it (label-schema.org 1.0), as that document's table has them.
import { z } from 'zod';
import { covered } from '../../../scan/image/secrets/assignments.ts';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits, type ReadImage } from '../release-view.ts';
import { isLicenceExpression, isTime, isVersionOfTag } from './forms.ts';

const OCI = 'org.opencontainers.image.';

/** What stood for a label before, by the last part of its name. */
const BEFORE: Readonly<Record<string, string>> = {
  url: 'url',
  source: 'vcs-url',
  version: 'version',
  revision: 'vcs-ref',
  vendor: 'vendor',
};

/** What is wrong with the value; undefined for nothing. */
type Problem = { readonly verdict: 'fail' | 'warn'; readonly reason: string } | undefined;

/** Forms that a value can have to have. */
const FORMS = {
  text: () => undefined,
  url: (value) =>
    /^(?:https?|ssh|git(?:\+\w+)?):\/\/[^\s/]+\/\S+$|^[\w.-]+@[\w.-]+:\S+$/.test(value)
      ? undefined
      : { verdict: 'fail', reason: 'is no address' },
  revision: (value) => {
    if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)) return undefined;
    if (/^[0-9a-f]{7,}$/.test(value))
      return { verdict: 'warn', reason: 'is the start of a commit id, which another commit may share' };
    return { verdict: 'fail', reason: 'is no commit id: branches and tags move' };
  },
  time: (value) =>
    isTime(value) ? undefined : { verdict: 'fail', reason: 'is no date and time as RFC 3339 has them' },
  tag: (value, { image }) => {
    const { tag } = splitLogical(image.logical);
    if (tag === undefined || isVersionOfTag(value, tag)) return undefined;
    return { verdict: 'fail', reason: `is not the version of the tag ${tag}: it may be that of the base image` };
  },
  licence: (value) =>
    isLicenceExpression(value) ? undefined : { verdict: 'fail', reason: 'is no SPDX licence expression' },
  reference: (value) =>
    splitLogical(value).tag === undefined && !/[/:@]/.test(value)
      ? { verdict: 'warn', reason: 'is no whole reference' }
      : undefined,
  digest: (value) => (/^sha256:[0-9a-f]{64}$/.test(value) ? undefined : { verdict: 'fail', reason: 'is no digest' }),
} as const satisfies Readonly<Record<string, (value: string, image: ReadImage) => Problem>>;

const shape = z.strictObject({
  /** The last part of the label's name. */
  name: z.string().regex(/^[a-z.]+$/),
  form: z.enum(Object.keys(FORMS) as (keyof typeof FORMS)[]),
  /** Whether only images with more than one layer are asked: others are bases themselves. */
  derived: z.boolean().exactOptional(),
});

/** Speaks of one label of every image. */
export const label = checkTemplate('label', shape, (input, { name, form, derived }) =>
  judgeTraits(input, (_traits, image): ImageJudgement => {
    const { labels, layers } = image.inventory;
    const key = `${OCI}${name}`;
    if (labels === undefined)
      return { verdict: 'no-evidence', evidence: [], reason: 'the labels of the image are not known' };
    if (derived === true && layers?.length === 1) {
      return {
        verdict: 'not-applicable',
        evidence: [],
        reason: 'the image is of one layer: nothing says that it has a base',
      };
    }
    const found = [key, ...(BEFORE[name] === undefined ? [] : [`org.label-schema.${BEFORE[name]}`])].find(
      (one) => (labels[one] ?? '').trim() !== '',
    );
    if (found === undefined) {
      return {
        verdict: 'fail',
        evidence: [],
        reason: labels[key] === undefined ? `there is no label ${key}` : `the label ${key} is empty`,
      };
    }
    const value = (labels[found] ?? '').trim();
    if (value.length > LONGEST) {
      return {
        verdict: 'fail',
        evidence: [],
        reason: `${found} has ${value.length} characters: no value needs that many`,
      };
    }
    // An assessment of before may have it uncovered.
    const evidence = [`${found}=${covered(value)}`];
    const problem: Problem = FORMS[form](value, image);
    if (problem !== undefined) return { verdict: problem.verdict, evidence, reason: `${found} ${problem.reason}` };
    return { verdict: 'pass', evidence, reason: `${found} is there` };
  }),
);

/** Characters of a value that are read and quoted: addresses and expressions of licences stay far below. */
const LONGEST = 2000;
