// The JSON of hygiene fix: for each image its build arguments, labels and tag, for a script of a CI. Schema: schema/hygiene-fix-1.json.
import { jsonText } from '../../platform/json-text.ts';
import { type BuildValue, type ImageFix, VARIABLES, type Variable } from '../../posture/hygiene/fix.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';

const HYGIENE_FIX_SCHEMA_VERSION = 1;

/** What each image needs; deterministic, ended by a line feed. */
export function hygieneFixJson({ id, release, asOf }: Assessment, fixes: readonly ImageFix[]): string {
  const document = {
    schemaVersion: HYGIENE_FIX_SCHEMA_VERSION,
    tool: TOOL,
    assessment: { id, release, asOf },
    images: fixes.map(({ buildArguments, labels, tag, ...fix }) => ({
      ...fix,
      buildArguments: texts(buildArguments),
      labels: texts(labels),
      tag: textOf(tag),
      variables: Object.fromEntries(
        variablesIn([...Object.values(buildArguments), ...Object.values(labels), tag]).map((name) => [
          name,
          VARIABLES[name],
        ]),
      ),
    })),
  };
  return `${jsonText(document)}\n`;
}

function texts(values: Readonly<Record<string, BuildValue>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

/** Variables as `${NAME}`, the first characters of one as `${NAME:0:12}`. A value of the release cannot be taken for one: a dollar in it is doubled. */
function textOf(value: BuildValue): string {
  return value
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll('$', '$$$$');
      return `\${${part.variable}${part.characters === undefined ? '' : `:0:${part.characters}`}}`;
    })
    .join('');
}

function variablesIn(values: readonly BuildValue[]): readonly Variable[] {
  return [...new Set(values.flat().flatMap((part) => (typeof part === 'string' ? [] : [part.variable])))].sort();
}
