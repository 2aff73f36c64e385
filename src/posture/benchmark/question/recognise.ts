// Audit commands to questions. The commands of all plain CIS versions of kube-bench are some forty templates; each is held against the whole text of a
// command, its white space evened out, so that nothing in a command goes unseen. What fits no template is not supported, whatever it looks like.
import type { MissingFile, Question } from './question.ts';

/** A variable, a path or a program's name. */
const WORD = '[$]?[A-Za-z0-9_./-]+';
/** What stat prints: nothing in it means anything to a shell. */
const FORMAT = '[A-Za-z:= ]*%[aUGn](?:[A-Za-z:= ]*%[aUGn])*';
const QUOTED_FORMAT = `(?:"(?<quoted>${FORMAT})"|(?<format>(?:[A-Za-z:=]*%[aUGn])+))`;
const PS = '(?:/bin/)?ps -ef';
const GREP = '(?:/bin/)?grep';
const NO_RUN_IF_EMPTY = '(?:--no-run-if-empty|-r)';

type Groups = Readonly<Record<string, string | undefined>>;

interface Template {
  readonly pattern: RegExp;
  readonly question: (groups: Groups) => Question;
}

/** The value behind a flag, cut out of the lines of `ps`. */
function cutOut(flag: string): string {
  return `${GREP} -- --${flag} \\| sed 's%\\.\\*${flag}\\[= \\]\\\\\\(\\[\\^ \\]\\*\\\\\\)\\.\\*%\\\\1%'`;
}

const TEMPLATES: readonly Template[] = [
  template(`${PS} \\| ${GREP} (?<program>${WORD}) \\| ${GREP} -v grep`, ({ program }) => {
    return { kind: 'processes', program: program ?? '', by: 'line' };
  }),
  template(`(?:/bin/)?ps -fC (?<program>${WORD})`, ({ program }) => {
    return { kind: 'processes', program: program ?? '', by: 'name' };
  }),
  template(`(?:/bin/)?cat (?<file>${WORD})`, ({ file }) => ({ kind: 'content', file: file ?? '' })),
  template(`stat -c ${QUOTED_FORMAT} (?<file>${WORD})`, (groups) => stat(groups, 'error')),
  template(`if test -e (?<file>${WORD}); then stat -c ${QUOTED_FORMAT} \\k<file>; fi;?`, (groups) =>
    stat(groups, 'nothing'),
  ),
  template(
    `if test -e (?<file>${WORD}); then stat -c ${QUOTED_FORMAT} \\k<file>; else echo "(?<says>[A-Za-z ]+)"; fi;?`,
    (groups) => stat(groups, { says: groups['says'] ?? '' }),
  ),
  template(
    `for (?<name>[a-z]+) in (?<files>${WORD}(?: ${WORD})*); do stat -c ${QUOTED_FORMAT} [$]\\k<name>; done`,
    (groups) => ({
      kind: 'stat',
      files: (groups['files'] ?? '').split(' '),
      format: formatOf(groups),
      missing: 'error',
    }),
  ),
  template(
    `find (?<root>${WORD})(?: -name '(?<name>[A-Za-z0-9_.*-]+)')? \\| xargs stat -c ${QUOTED_FORMAT}`,
    (groups) => tree(groups, false),
  ),
  template(
    `if test -e (?<root>${WORD}); then find \\k<root> -name '(?<name>[A-Za-z0-9_.*-]+)' \\| xargs stat -c ${QUOTED_FORMAT}; fi`,
    (groups) => tree(groups, true),
  ),
  template(
    `${PS} \\| ${GREP} (?<program>${WORD}) \\| ${cutOut('cni-conf-dir')} \\| xargs -I\\{\\} find \\{\\} -mindepth 1 \\| xargs ${NO_RUN_IF_EMPTY} stat -c ${QUOTED_FORMAT}` +
      ` find /var/lib/cni/networks -type f 2> ?/dev/null \\| xargs ${NO_RUN_IF_EMPTY} stat -c (?:"\\k<quoted>"|\\k<format>)`,
    (groups) => ({ kind: 'network-files', program: groups['program'] ?? '', format: formatOf(groups) }),
  ),
  template(
    `DATA_DIR='' for d in [$]\\(${PS} \\| ${GREP} (?<program>${WORD}) \\| ${cutOut('data-dir')}\\); do` +
      ` if test -d "[$]d"; then DATA_DIR="[$]d"; fi done` +
      ` if ! test -d "[$]DATA_DIR"; then DATA_DIR=(?<fallback>${WORD}); fi stat -c ${QUOTED_FORMAT} "[$]DATA_DIR"`,
    (groups) => dataDirectory(groups),
  ),
  template(
    `${PS} \\| ${GREP} (?<program>${WORD}) \\| ${cutOut('data-dir')} \\| xargs stat -c ${QUOTED_FORMAT}`,
    (groups) => dataDirectory(groups),
  ),
  template(
    `CAFILE=[$]\\(${PS} \\| ${GREP} kubelet \\| ${GREP} -v apiserver \\| ${GREP} -- --client-ca-file= \\|` +
      ` awk -F '--client-ca-file=' '\\{print [$]2\\}' \\| awk '\\{print [$]1\\}' \\| uniq\\)` +
      ` if test -z [$]CAFILE; then CAFILE=(?<fallback>${WORD}); fi if test -e [$]CAFILE; then stat -c ${QUOTED_FORMAT} [$]CAFILE; fi`,
    (groups) => ({ kind: 'client-authority', fallback: groups['fallback'] ?? '', format: formatOf(groups) }),
  ),
  template(
    `ENCRYPTION_PROVIDER_CONFIG=[$]\\(${PS} \\| ${GREP} (?<program>${WORD}) \\| ${cutOut('encryption-provider-config')}\\)` +
      ` if test -e [$]ENCRYPTION_PROVIDER_CONFIG; then ${GREP} -A1 'providers:' [$]ENCRYPTION_PROVIDER_CONFIG \\| tail -n1 \\|` +
      ` ${GREP} -o "\\[A-Za-z\\]\\*" \\| sed 's/\\^/provider=/'; fi`,
    ({ program }) => ({ kind: 'first-provider', program: program ?? '' }),
  ),
];

/** What a command asks; undefined for one that fits no template. */
export function recognise(command: string): Question | undefined {
  const text = unwrapped(command);
  for (const { pattern, question } of TEMPLATES) {
    const match = pattern.exec(text);
    if (match !== null) return question(match.groups ?? {});
  }
  return undefined;
}

function template(source: string, question: Template['question']): Template {
  return { pattern: new RegExp(`^${source}$`), question };
}

/** The command in one line; that of `/bin/sh -c` without its shell. */
function unwrapped(command: string): string {
  const text = command.trim().split(/\s+/).join(' ');
  const [, quote, inner] = /^(?:\/bin\/)?sh -c (['"])(.*)\1$/.exec(text) ?? [];
  if (inner === undefined) return text;
  return (quote === '"' ? inner.replaceAll('\\"', '"') : inner).trim();
}

function formatOf({ quoted, format }: Groups): string {
  return quoted ?? format ?? '';
}

function stat(groups: Groups, missing: MissingFile): Question {
  return { kind: 'stat', files: [groups['file'] ?? ''], format: formatOf(groups), missing };
}

function tree(groups: Groups, guarded: boolean): Question {
  const { root = '', name } = groups;
  return { kind: 'tree', root, ...(name === undefined ? {} : { name }), format: formatOf(groups), guarded };
}

function dataDirectory(groups: Groups): Question {
  const { program = '', fallback } = groups;
  return {
    kind: 'data-directory',
    program,
    ...(fallback === undefined ? {} : { fallback }),
    format: formatOf(groups),
  };
}
