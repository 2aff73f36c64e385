// What `kyverno apply --policy-report` prints: remarks, then reports as YAML documents. Reads the results, of wgpolicyk8s.io/v1alpha2 and openreports.io/v1alpha1
// alike. Source: kyverno.io/docs/policy-reports.
import { ParseError } from '../../../platform/errors.ts';
import { type Json, listOf, textOf } from '../../../platform/json.ts';
import { readValues } from '../../../scan/release/manifests/values.ts';
import { CEL_RULE } from '../cel/apply.ts';

/** One result of Kyverno's own. */
export interface KyvernoResult {
  readonly policy: string;
  readonly rule: string;
  /** `KIND/NAMESPACE/NAME`, the namespace empty where there is none. */
  readonly resource: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'error';
  readonly message: string;
}

const STATUS: ReadonlyMap<string, KyvernoResult['status']> = new Map([
  ['pass', 'pass'],
  ['fail', 'fail'],
  ['warn', 'fail'],
  ['skip', 'skip'],
  ['error', 'error'],
]);

/**
 * Reads the output.
 * @throws ParseError without a report, or with a result of another form; LimitError
 */
export function readKyvernoReport(output: string): readonly KyvernoResult[] {
  const start = /^apiVersion:/m.exec(output);
  if (start === null) throw new ParseError('kyverno apply printed no report');
  const reports = readValues(output.slice(start.index), 'report of kyverno apply');
  return reports.flatMap((report) => listOf(report, 'results').flatMap(resultsOf));
}

function resultsOf(result: Json): readonly KyvernoResult[] {
  const status = STATUS.get(textOf(result, 'result') ?? '');
  const policy = textOf(result, 'policy');
  if (status === undefined || policy === undefined)
    throw new ParseError('the report of kyverno has a result that is not known');
  return listOf(result, 'resources').map((one) => ({
    policy,
    // A policy in CEL has no rules with names.
    rule: textOf(result, 'rule') || CEL_RULE,
    resource: [textOf(one, 'kind'), textOf(one, 'namespace'), textOf(one, 'name')].map((part) => part ?? '').join('/'),
    status,
    message: textOf(result, 'message') ?? '',
  }));
}
