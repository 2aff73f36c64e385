// One file of checks of a kube-bench folder (`master.yaml`) to a section. Texts are kept as they are written, as Go's yaml.v2 decodes scalars into strings:
// the id 5.10 stays 5.10, and the value `no` is that word.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { itemsAt, nodeAt, parseYaml, textAt, type YamlNode } from '../../../scan/release/yaml.ts';
import {
  type Check,
  type CheckGroup,
  type CheckTests,
  SECTION_TYPES,
  type Section,
  type TestItem,
} from './definition.ts';
import { indentQuoted } from './quoted-lines.ts';

/** Booleans of YAML 1.1 that mean true (yaml.org/type/bool), which yaml.v2 reads. */
const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;

/**
 * Reads a file of checks; undefined where the file is none: no `groups`.
 * @param file name for messages
 * @throws ParseError with the place; LimitError
 */
export function parseSection(text: string, file: string): Section | undefined {
  const root = parseYaml(indentQuoted(text), file);
  if (nodeAt(root, 'groups') === undefined) return undefined;
  const type = SECTION_TYPES.find((one) => one === textAt(root, 'type'));
  if (type === undefined)
    throw wrong(file, nodeAt(root, 'type') ?? root, `type is none of ${SECTION_TYPES.join(', ')}`);
  const groups = itemsAt(root, 'groups').map((group) => groupOf(group, file));
  const ids = new Set<string>();
  for (const { id } of groups.flatMap(({ checks }) => checks)) {
    if (ids.has(id)) throw new ParseError(`${file}: the check ${id} is there twice`);
    ids.add(id);
  }
  if (ids.size > LIMITS.benchmarkChecks) throw new ParseError(`${file}: more than ${LIMITS.benchmarkChecks} checks`);
  return { id: textAt(root, 'id') ?? '', title: textAt(root, 'text') ?? '', type, groups };
}

function groupOf(node: YamlNode, file: string): CheckGroup {
  const checks = itemsAt(node, 'checks').map((check) => checkOf(check, file));
  return { id: textAt(node, 'id') ?? '', title: textAt(node, 'text') ?? '', checks };
}

function checkOf(node: YamlNode, file: string): Check {
  const id = textAt(node, 'id') ?? '';
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/.test(id)) throw wrong(file, node, 'a check has no id');
  const tests = nodeAt(node, 'tests');
  const text = (key: string): string => textAt(node, key) ?? '';
  return {
    id,
    title: text('text').replace(/\s+/g, ' ').trim(),
    audit: text('audit').trim(),
    auditConfig: text('audit_config').trim(),
    auditEnv: text('audit_env').trim(),
    type: text('type').trim(),
    ...(tests === undefined || (tests.kind === 'scalar' && tests.isNull) ? {} : { tests: testsOf(tests, file) }),
    remediation: text('remediation').trim(),
    scored: isTrue(node, 'scored'),
    multiple: isTrue(node, 'use_multiple_values'),
  };
}

function testsOf(node: YamlNode, file: string): CheckTests {
  return {
    items: itemsAt(node, 'test_items').map((item) => itemOf(item, file)),
    operation: textAt(node, 'bin_op') ?? '',
  };
}

function itemOf(node: YamlNode, file: string): TestItem {
  if (node.kind !== 'map') throw wrong(file, node, 'an item of a test is no mapping');
  const op = textAt(node, 'compare', 'op') ?? '';
  return {
    flag: textAt(node, 'flag') ?? '',
    path: textAt(node, 'path') ?? '',
    env: textAt(node, 'env') ?? '',
    set: nodeAt(node, 'set') === undefined || isTrue(node, 'set'),
    ...(op === '' ? {} : { compare: { op, value: textAt(node, 'compare', 'value') ?? '' } }),
  };
}

function isTrue(node: YamlNode, key: string): boolean {
  return TRUE.test(textAt(node, key) ?? '');
}

function wrong(file: string, node: YamlNode, what: string): ParseError {
  return new ParseError(`${file}:${node.line}: ${what}`);
}
