// Judges an EncryptionConfiguration: kube-apiserver's own rules, then what it takes without a word. A verdict a check and place; checks that found
// nothing say so once. Reasons and sources of every check: docs/guide/encryption.md.
import { compareText } from '../../../../platform/order.ts';
import type { Verdict } from '../../../../platform/verdict.ts';
import { judgeConfiguration } from '../read.ts';
import type { KubernetesRelease } from '../release.ts';
import { UPSTREAM_RULES, type Violation } from '../validate.ts';
import { type FileFacts, fileVerdicts } from './file.ts';
import { keyVerdicts } from './keys.ts';
import { providerVerdicts } from './providers.ts';
import { resourceVerdicts } from './resources.ts';

/** The verdicts on one file. */
export interface ConfigurationLint {
  /** As the file was named. */
  readonly file: string;
  /** Failures first, then warnings, what could not be told, and what is in order; by place within each. */
  readonly verdicts: readonly Verdict[];
}

const ORDER: readonly Verdict['verdict'][] = ['fail', 'warn', 'no-evidence', 'pass', 'not-applicable'];

/**
 * Judges a file.
 * @param facts of the file itself; undefined for what came on standard input
 * @param release of the servers that read it; any unless given
 * @throws ParseError for a file that is no encryption configuration; LimitError
 */
export function lintConfiguration(
  text: string,
  file: string,
  facts: FileFacts | undefined,
  release?: KubernetesRelease,
): ConfigurationLint {
  const { configuration, document, violations } = judgeConfiguration(text, file);
  const verdicts = [
    ...upstreamVerdicts(violations, file),
    ...resourceVerdicts(configuration, document, file, release),
    ...keyVerdicts(document, file),
    ...providerVerdicts(document, file),
    ...fileVerdicts(facts, file),
  ];
  return { file, verdicts: verdicts.toSorted(compareVerdicts) };
}

function upstreamVerdicts(violations: readonly Violation[], file: string): readonly Verdict[] {
  if (violations.length === 0) {
    const reason = `none of the ${UPSTREAM_RULES.length} rules by which kube-apiserver refuses a configuration is broken`;
    return [{ check: 'upstream-rules', subject: file, verdict: 'pass', evidence: [], reason }];
  }
  return violations.map(({ rule, line, column, reason, since }) => ({
    check: rule,
    subject: `${file}:${line}:${column}`,
    verdict: 'fail',
    evidence: [],
    reason:
      since === undefined
        ? `${reason}; kube-apiserver does not start with it`
        : `${reason}; kube-apiserver refuses it from ${since} on`,
  }));
}

function compareVerdicts(a: Verdict, b: Verdict): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    lineOf(a) - lineOf(b) ||
    compareText(a.check, b.check) ||
    compareText(a.subject, b.subject)
  );
}

/** Verdicts on the whole file come before those on a line. */
function lineOf({ subject }: Verdict): number {
  return Number(/:(\d+)(?::\d+)?$/.exec(subject)?.[1] ?? 0);
}
