// The one failure of this folder: text that is no version in the scheme it is said to follow.
import { PlimsollError } from '../platform/errors.ts';
import type { VersionScheme } from './scheme.ts';

/** How much of a refused version a message repeats, in characters. */
const SHOWN = 80;

/** Text that its scheme does not accept as a version, and why. */
export class VersionError extends PlimsollError {
  override readonly name = 'VersionError';
  readonly scheme: VersionScheme;

  /** `reason` completes the sentence "… is not a valid SCHEME version: ". */
  constructor(scheme: VersionScheme, version: string, reason: string) {
    const shown = JSON.stringify(version.length > SHOWN ? `${version.slice(0, SHOWN)}…` : version);
    super('version-invalid', `${shown} is not a valid ${scheme} version: ${reason}`);
    this.scheme = scheme;
  }
}
