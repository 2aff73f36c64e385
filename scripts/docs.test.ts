// Holds the documents against the code: error codes with their exit codes, kinds of gap, dependencies, links between pages, options of commands.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { COMMANDS } from '../src/cli/program.ts';
import { type ErrorCode, PlimsollError } from '../src/platform/errors.ts';
import { NO_CONTEXT } from '../test/support/command-context.ts';
import { ROOMS } from './import-directions.ts';

const root = resolve(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Members of a union of string literals, from the source text: types are gone at run time. */
function unionMembers(path: string, type: string): readonly string[] {
  const declaration = new RegExp(`export type ${type} =([^;]+);`).exec(read(path))?.[1] ?? '';
  return [...declaration.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '').sort();
}

/** Cells of the table rows whose first cell is code. */
function codeRows(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, first = '', rest = '']) => [
    first,
    ...rest.split('|').map((cell) => cell.trim()),
  ]);
}

test('errors.md lists every error code with its exit code', () => {
  const rows = codeRows(read('docs/reference/errors.md'));
  assert.deepEqual(rows.map((row) => row[0]).sort(), unionMembers('src/platform/errors.ts', 'ErrorCode'));
  for (const [code, exitCode] of rows) {
    assert.equal(Number(exitCode), new PlimsollError(code as ErrorCode, '').exitCode, code);
  }
});

test('gaps.md lists every kind of gap', () => {
  const rows = codeRows(read('docs/reference/gaps.md'));
  assert.deepEqual(rows.map((row) => row[0]).sort(), unionMembers('src/platform/gap.ts', 'GapKind'));
});

test('dependencies.md lists every dependency with its version and licence', () => {
  const manifest = JSON.parse(read('package.json'));
  const locked = JSON.parse(read('package-lock.json')).packages;
  const listed = [...read('docs/dependencies.md').matchAll(/^\| (\S+) \| (\d\S+) \| ([^|]+) \|/gm)];
  const expected = Object.entries<string>({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  assert.deepEqual(
    listed.map(([, name, version]) => `${name} ${version}`).sort(),
    expected.map(([name, version]) => `${name} ${version}`).sort(),
  );
  for (const [, name = '', , licence = ''] of listed) {
    const declared = locked[`node_modules/${name}`]?.license;
    if (declared !== undefined) assert.equal(licence.trim(), declared, name);
  }
});

test('ARCHITECTURE.md lists the rooms, in the order that imports are held to', () => {
  const rooms = ROOMS.filter((room) => existsSync(join(root, 'src', room)));
  assert.deepEqual(
    codeRows(read('ARCHITECTURE.md')).map(([room]) => room),
    rooms,
  );
});

test('glossary.md is sorted', () => {
  const words = [...read('docs/reference/glossary.md').matchAll(/^\| ([^|]+) \|/gm)]
    .map((match) => match[1] ?? '')
    .slice(2);
  assert.deepEqual(
    words,
    [...words].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en')),
  );
});

const PAGES = globSync(['*.md', 'docs/**/*.md', 'schema/*.md'], { cwd: root });

/** Anchors of a page's headings, as GitHub and GitLab make them. */
function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links between pages lead somewhere', () => {
  const broken: string[] = [];
  for (const page of PAGES) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      const there = existsSync(join(root, target));
      if (!there || (anchor !== undefined && !anchorsOf(target).includes(anchor))) broken.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** The options of every command by its path; those of a group are those of its commands, one of which it may stand for. */
async function optionsByCommand(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const options = new Map<string, ReadonlySet<string>>();
  const visit = (command: Command, path: string): ReadonlySet<string> => {
    const own = command.options.map(({ long }) => long ?? '');
    const all = new Set([...own, ...command.commands.flatMap((child) => [...visit(child, `${path} ${child.name()}`)])]);
    options.set(path, all.add('--help'));
    return all;
  };
  for (const entry of COMMANDS) visit((await entry.load())(NO_CONTEXT), entry.name);
  return options;
}

test('the commands that the pages show have the options that they are shown with', async () => {
  const options = await optionsByCommand();
  const wrong: string[] = [];
  let seen = 0;
  for (const page of PAGES) {
    const text = read(page).replace(/\\\n\s*/g, ' ');
    for (const [line, words = ''] of text.matchAll(/plimsoll ([a-z][\w-]*(?: [a-z][\w-]*)*)[^\n`#]*/g)) {
      const [first = '', second = ''] = words.split(' ');
      const known = options.get(`${first} ${second}`) ?? options.get(first);
      for (const [option] of line.matchAll(/(?<=\s)--[a-z][\w-]*/g)) {
        seen += 1;
        if (known?.has(option) === false) wrong.push(`${page}: plimsoll ${words} ${option}`);
      }
    }
  }
  assert.ok(seen > 200, `${seen} options were looked at`);
  assert.deepEqual(wrong, []);
});
