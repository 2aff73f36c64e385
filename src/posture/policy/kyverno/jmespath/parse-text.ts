// Text that an expression parses: JSON and YAML inside annotations or ConfigMaps.
import { messageOf } from '../../../../platform/errors.ts';
import type { Json } from '../../../../platform/json.ts';
import { readValues } from '../../../../scan/release/manifests/values.ts';
import { EvaluationError } from '../failure.ts';

/** @throws EvaluationError */
export function parseJsonText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new EvaluationError(`parse_json: ${messageOf(error)}`, { cause: error });
  }
}

/** @throws EvaluationError */
export function parseYamlText(text: string): Json {
  try {
    return readValues(text, 'parse_yaml')[0] ?? null;
  } catch (error) {
    throw new EvaluationError(messageOf(error), { cause: error });
  }
}
