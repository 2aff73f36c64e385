// YAML nodes as JSON values, read as the API server reads them (scalar.ts).
import type { Json } from '../../../platform/json.ts';
import { parseYaml, splitDocuments, type YamlEntry, type YamlNode, type YamlScalar } from '../yaml.ts';
import { readScalar } from './scalar.ts';

/**
 * The value of a node. Of a repeated key the last one counts.
 * @param file name for warnings
 * @param warnings gets the words that mean one thing to Kubernetes and another to most readers: `FILE:LINE: …`
 */
export function jsonOf(node: YamlNode, file: string, warnings: string[]): Json {
  if (node.kind === 'list') return node.items.map((item) => jsonOf(item, file, warnings));
  if (node.kind === 'map') {
    return Object.fromEntries(
      node.entries.map((entry) => [keyOf(entry, file, warnings), jsonOf(entry.value, file, warnings)]),
    );
  }
  return scalarOf(node, file, warnings);
}

/**
 * The values of a stream's documents, whatever they are.
 * @throws ParseError, LimitError
 */
export function readValues(text: string, file: string): readonly Json[] {
  return splitDocuments(text).map((part) => jsonOf(parseYaml(part.text, file, part.line), file, []));
}

/** Keys become the text of what they mean: `y:` is the key "true", `010:` the key "8". */
function keyOf({ key, line, quoted }: YamlEntry, file: string, warnings: string[]): string {
  if (quoted !== undefined || !/^[\dyYnNoOtTfF.+-]/.test(key)) return key;
  return String(scalarOf({ kind: 'scalar', text: key, line, isNull: false }, file, warnings));
}

function scalarOf(scalar: YamlScalar, file: string, warnings: string[]): Json {
  const { value, surprising } = readScalar(scalar);
  if (surprising) {
    warnings.push(`${file}:${scalar.line}: Kubernetes reads ${scalar.text} as ${value}; quote it if text is meant`);
  }
  return value;
}
