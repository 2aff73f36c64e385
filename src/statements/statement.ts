// A decision about vulnerabilities in images, as data: a VEX status, or an exception with its reason. Rules: docs/guide/statements.md.
// The words of status and justification are those of OpenVEX 0.2.0; CSAF and CycloneDX have their own for the same.

/** Whether the vulnerability concerns what the scope names. */
export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

/** Why something is not affected (OpenVEX, "Status Justifications"). */
export const JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
export type Justification = (typeof JUSTIFICATIONS)[number];

/** Why something affected is shipped nevertheless. The classes are those of published release notes. */
export const EXCEPTION_REASONS = [
  'version-locked',
  'purged-after-upgrade',
  'no-upstream-fix',
  'after-content-freeze',
  'next-release',
  'removal-procedure',
] as const;
export type ExceptionReason = (typeof EXCEPTION_REASONS)[number];

/** What a statement is about. An absent list means all. In patterns `*` stands for any run of characters. */
export interface StatementScope {
  /** Any id of the vulnerability: CVE, GHSA or the feed's own; `*` for all, in exceptions about named images. */
  readonly vulnerability: string;
  /** Patterns of logical references; without tag or digest they match every one: `docker.io/library/alpine`, `quay.io/hms/*:2.*`. */
  readonly images?: readonly string[];
  /** Patterns of package URLs; without version or qualifiers they match every one: `pkg:apk/alpine/zlib`. */
  readonly packages?: readonly string[];
  /** Release lines, as lines.yaml names them: `1.2`. */
  readonly lines?: readonly string[];
}

/** A decision with its reasons and its people. */
export interface Statement {
  /** Unique within the files of a site. */
  readonly id: string;
  readonly scope: StatementScope;
  readonly status: VexStatus;
  /** With `not_affected`; there is it or an impact statement. */
  readonly justification?: Justification;
  /** With `not_affected`: why, in words. */
  readonly impact?: string;
  /** With `affected`: what to do, in words. */
  readonly action?: string;
  /** With `affected`: shipped nevertheless. */
  readonly exception?: { readonly reason: ExceptionReason; readonly detail?: string };
  readonly owner: string;
  readonly author: string;
  /** Never the author. */
  readonly approver?: string;
  /** ISO date of the decision. */
  readonly date: string;
  /** ISO date after which it no longer applies; the day itself is still within. */
  readonly expires: string;
  /** How often it was renewed. */
  readonly renewals: number;
  readonly origin: StatementOrigin;
}

/** Where a statement came from. Those of issuers that the site does not trust are shown and do not apply. */
export interface StatementOrigin {
  readonly kind: 'site' | 'vendor' | 'imported';
  /** File, as it was named. */
  readonly file: string;
  /** Line in the file, from 1; absent where the form has none. */
  readonly line?: number;
  /** Who issued an imported document. */
  readonly issuer?: string;
  readonly trusted: boolean;
}

/** The statement as a finding carries it: `not_affected:vulnerable_code_not_present`, `affected:version-locked`, `fixed`. */
export function statementText({ status, justification, exception }: Statement): string {
  const detail = status === 'not_affected' ? justification : exception?.reason;
  return detail === undefined ? status : `${status}:${detail}`;
}
