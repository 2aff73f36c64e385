// What pages say of mitigations in the same words: the title, and each one's standing in a sentence. Reads the JSON of `mitigation status` for publication.
import type { MitigationState } from '../operate/mitigation/status.ts';
import { MITIGATION_STATES } from '../operate/mitigation/status.ts';
import { ParseError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { fieldsOf, listOf, textOf } from '../scan/advisory/fields.ts';
import { plural } from './words.ts';

/** A mitigation as readers outside see it: what it is for and where it stands, without a name of the site's objects, nodes or people. */
export interface PublishedMitigation {
  readonly mitigation: string;
  readonly version: number;
  readonly title: string;
  readonly cves: readonly string[];
  readonly state: MitigationState;
  /** Its policies only report yet. */
  readonly reportsOnly: boolean;
  /** ISO date. */
  readonly expires: string;
  readonly vex?: { readonly status: string; readonly justification?: string; readonly words?: string };
}

/** What each state means to a reader. */
export const STATE_WORDS: Readonly<Record<MitigationState, string>> = {
  applied: 'in place',
  partly: 'in place in part',
  drifted: 'changed by others',
  lost: 'no longer there',
  expired: 'in place, past its date',
  'not-known': 'not known',
  never: 'not applied',
};

/** `2 of 3 mitigations are wholly in place`: one whose policies only report yet keeps nobody from anything. */
export function mitigationsTitle(
  mitigations: readonly { readonly state: MitigationState; readonly reportsOnly: boolean }[],
): string {
  const whole = mitigations.filter(({ state, reportsOnly }) => state === 'applied' && !reportsOnly).length;
  if (mitigations.length === 0) return 'No mitigation is active';
  return `${whole} of ${plural(mitigations.length, 'mitigation')} ${whole === 1 ? 'is' : 'are'} wholly in place`;
}

/**
 * Reads the JSON of `mitigation status`. What it says of objects, nodes and people stays inside.
 * @throws ParseError
 */
export function publishedMitigations(json: string): readonly PublishedMitigation[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ParseError('the mitigations are no JSON', { cause });
  }
  const { mitigations, schemaVersion, ledger } = fieldsOf(value);
  if (!Array.isArray(mitigations) || schemaVersion !== 1) {
    throw new ParseError('there are no mitigations in the file; give the JSON of mitigation status');
  }
  if (fieldsOf(ledger)['fault'] !== undefined) {
    throw new ParseError('the mitigations are of a ledger that was cut or edited: what it says is not published');
  }
  return listOf(mitigations).map((one) => {
    const { mitigation, version, title, cves, state, phase, audits, expires, vex } = fieldsOf(one);
    const known = MITIGATION_STATES.find((word) => word === state);
    const [id, day] = [textOf(mitigation), textOf(expires)];
    if (known === undefined || id === undefined || day === undefined || typeof version !== 'number') {
      throw new ParseError('a mitigation lacks its id, version, state or expiry');
    }
    const said = vexOf(vex);
    return {
      mitigation: id,
      version,
      title: textOf(title) ?? id,
      cves: listOf(cves).flatMap((cve) => textOf(cve) ?? []),
      state: known,
      reportsOnly: audits === true && phase === 'audit',
      expires: day,
      ...(said === undefined ? {} : { vex: said }),
    };
  });
}

function vexOf(value: unknown): PublishedMitigation['vex'] {
  const { status, justification, action, impact } = fieldsOf(value);
  const [word, why, words] = [textOf(status), textOf(justification), textOf(action) ?? textOf(impact)];
  if (word === undefined) return undefined;
  return {
    status: word,
    ...(why === undefined ? {} : { justification: why }),
    ...(words === undefined ? {} : { words }),
  };
}

/** The file of a bundle; ended by a line feed. Schema: schema/published-mitigations-1.json. */
export function publishedMitigationsJson(mitigations: readonly PublishedMitigation[]): string {
  return `${jsonText({ schemaVersion: 1, mitigations })}\n`;
}
