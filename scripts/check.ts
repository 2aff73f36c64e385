// Everything that must hold before a commit besides the tests: types, lint and format, import directions, generated documents.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { checkImports } from './import-directions.ts';

const root = resolve(import.meta.dirname, '..');

const steps: readonly { readonly name: string; readonly run: () => boolean }[] = [
  { name: 'types', run: () => node('node_modules/typescript/bin/tsc', '-p', '.') },
  {
    name: 'types of the report page',
    run: () => node('node_modules/typescript/bin/tsc', '-p', 'src/publish/html/page'),
  },
  { name: 'lint and format', run: () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings') },
  { name: 'import directions', run: () => report(checkImports(root)) },
  { name: 'generated documents', run: () => node('scripts/generate-docs.ts', '--check') },
];

let failed = 0;
for (const step of steps) {
  const ok = step.run();
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name}`);
  if (!ok) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;

function node(...args: readonly string[]): boolean {
  return (
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd: root, stdio: 'inherit' })
      .status === 0
  );
}

function report(problems: readonly string[]): boolean {
  for (const problem of problems) console.log(`  ${problem}`);
  return problems.length === 0;
}
