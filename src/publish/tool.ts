// Which program wrote a result: named in every machine-readable output.
import manifest from '../../package.json' with { type: 'json' };

/** Name and version of a program. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** This program. */
export const TOOL: Tool = { name: 'plimsoll', version: manifest.version };
