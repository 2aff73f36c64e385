// Whether a statement is about a finding, and which part of its scope says no. All parts that are there must fit. Rules: docs/guide/statements.md.
import { fitsImage, type ScopedImage } from './image-pattern.ts';
import { fitsPackage } from './package-pattern.ts';
import type { Statement, StatementScope } from './statement.ts';

/** A finding as scopes see it. */
export interface ScopedFinding {
  /** Reported id. */
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  /** Package URL of the installed package. */
  readonly purl: string;
}

/** The parts of a scope. */
export type ScopePart = 'line' | 'image' | 'vulnerability' | 'package';

/** In the place of a vulnerability's id: all of them. Only exceptions may say so. */
export const ANY_VULNERABILITY = '*';

/** Whether the release is of one of the scope's lines. The line 1.2 holds 1.2, 1.2.7 and 1.2.0-beta.97, and not 1.20. */
export function isOfLine({ lines }: StatementScope, releaseVersion: string): boolean {
  const version = releaseVersion.replace(/^v(?=\d)/, '');
  return (
    lines === undefined ||
    lines.some((line) => {
      const prefix = line.replace(/^v(?=\d)/, '');
      return version.startsWith(prefix) && !/^[0-9A-Za-z]/.test(version.slice(prefix.length));
    })
  );
}

/** Whether the image is one of the scope's. */
export function isOfImage({ images }: StatementScope, image: ScopedImage): boolean {
  return images === undefined || images.some((pattern) => fitsImage(pattern, image));
}

/** Whether the vulnerability is the scope's, under any of its ids. Ids compare without regard to case. */
export function isOfVulnerability({ vulnerability }: StatementScope, finding: ScopedFinding): boolean {
  if (vulnerability === ANY_VULNERABILITY) return true;
  const wanted = vulnerability.toLowerCase();
  return [finding.vulnerability, ...finding.aliases].some((id) => id.toLowerCase() === wanted);
}

/** Whether the package is one of the scope's. */
export function isOfPackage({ packages }: StatementScope, { purl }: ScopedFinding): boolean {
  return packages === undefined || packages.some((pattern) => fitsPackage(pattern, purl));
}

/** The statements that can apply to a release, in their order. */
export function statementsOfLine(statements: readonly Statement[], releaseVersion: string): readonly Statement[] {
  return statements.filter(({ scope }) => isOfLine(scope, releaseVersion));
}
