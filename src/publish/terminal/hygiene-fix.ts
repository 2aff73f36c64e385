// What contributors' builds need, as a shell script: one command an image, with the lines of the Dockerfile above it. What comes from the release is quoted
// so that it is text to the shell, whatever it holds (POSIX shell command language, 2.2.2); what the build must know is a variable that must be set.
import { printable } from '../../platform/printable.ts';
import { type BuildValue, type ImageFix, VARIABLES, type Variable } from '../../posture/hygiene/fix.ts';

/** The script, ended by a line feed. It does not run through unless every variable is set. */
export function hygieneFixScript(release: string, fixes: readonly ImageFix[]): string {
  const used = (Object.keys(VARIABLES) as Variable[]).filter((name) => fixes.some((fix) => usesOf(fix).has(name)));
  const lines = [
    '#!/bin/sh',
    `# Build arguments, labels and tags that the images of ${comment(release)} need. Run each command in the folder of its Dockerfile.`,
    '# Then write the digest that the push prints into the charts: NAME:TAG@sha256:…',
    ...(used.length === 0 ? [] : ['#', '# Set first:', ...used.map((name) => `#   ${name}: ${VARIABLES[name]}`)]),
    'set -eu',
    ...fixes.flatMap((fix) => ['', ...commandLines(fix)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function commandLines({ image, buildArguments, labels, tag, dockerfile, closes }: ImageFix): readonly string[] {
  const options = [
    ...Object.entries(buildArguments).map(([name, value]) => `--build-arg ${quoted([`${name}=`, ...value])}`),
    ...Object.entries(labels).map(([name, value]) => `--label ${quoted([`${name}=`, ...value])}`),
    `--tag ${quoted(tag)}`,
  ];
  return [
    `# ${comment(image)}: closes ${closes.join(', ')}`,
    ...dockerfile.map((line) => `#   Dockerfile: ${line}`),
    'docker build \\',
    ...options.map((option) => `  ${option} \\`),
    '  .',
  ];
}

function usesOf({ buildArguments, labels, tag }: ImageFix): ReadonlySet<Variable> {
  const values = [...Object.values(buildArguments), ...Object.values(labels), tag];
  return new Set(values.flat().flatMap((part) => (typeof part === 'string' ? [] : [part.variable])));
}

/** One word of the shell. */
function quoted(value: BuildValue): string {
  return value
    .map((part) => (typeof part === 'string' ? quotedText(part) : variable(part.variable, part.characters)))
    .join('');
}

function variable(name: Variable, characters: number | undefined): string {
  // The first characters of a variable, in a shell that has no other means for it.
  return characters === undefined ? `"$${name}"` : `"$(printf %.${characters}s "$${name}")"`;
}

function quotedText(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${printable(text).replaceAll("'", "'\\''")}'`;
}

/** Text of others in a comment stays on its line. */
function comment(text: string): string {
  return printable(text);
}
