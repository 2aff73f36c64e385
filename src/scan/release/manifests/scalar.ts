// What a plain YAML scalar means to Kubernetes: YAML 1.1 (yaml.org/type: bool, int, float, null) as sigs.k8s.io/yaml reads it, which API server, kubectl
// and Kyverno use. `y` and `on` are booleans there, in YAML 1.2 they are text.
import type { YamlScalar } from '../yaml.ts';

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** The value of a scalar, and whether YAML 1.2 would read another one. */
export interface ReadScalar {
  readonly value: string | number | boolean | null;
  /** A word that is a boolean only in YAML 1.1. */
  readonly surprising?: true;
}

/** Reads a scalar. Numbers beyond what JSON holds exactly keep their nearest value; infinities and NaN are text, as JSON has none. */
export function readScalar(scalar: YamlScalar): ReadScalar {
  const { text } = scalar;
  if (scalar.quoted) return { value: text };
  if (TRUE.test(text)) return { value: true, ...(/^true$/i.test(text) ? {} : { surprising: true }) };
  if (FALSE.test(text)) return { value: false, ...(/^false$/i.test(text) ? {} : { surprising: true }) };
  if (NULL.test(text)) return { value: null };
  return { value: numberOf(text.replaceAll('_', '')) ?? text };
}

function numberOf(text: string): number | undefined {
  const integer = INTEGER.exec(text);
  if (integer !== null) {
    const [, sign = '', digits = ''] = integer;
    // A leading zero makes it octal, if it can be.
    const octal = /^0[0-7]+$/.test(digits);
    if (/^0\d/.test(digits) && !octal) return Number(text);
    return (sign === '-' ? -1 : 1) * (octal ? Number.parseInt(digits, 8) : Number(digits));
  }
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
