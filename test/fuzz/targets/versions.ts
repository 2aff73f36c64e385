// The version schemes: two versions, one a line; whatever they are, the order must be one.
import { compareVersions, isValidVersion } from '../../../src/versions/compare.ts';
import { VERSION_SCHEMES, type VersionScheme } from '../../../src/versions/scheme.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const WORDS = ['0', '1.', '-', '~', '^', '+', ':', '_rc', '-r1', 'a', 'dev', 'post', '!', '.Final', 'SNAPSHOT', 'v'];

/** One target a scheme. */
export const VERSION_TARGETS: readonly FuzzTarget[] = VERSION_SCHEMES.map((scheme) => ({
  id: `version-${scheme}`,
  form: 'text',
  covers: [`version ${scheme}`],
  codes: ['version-invalid'],
  words: WORDS,
  run: (input) => compared(scheme, input.toString().split('\n')),
}));

function compared(scheme: VersionScheme, [a = '', b = '', c = '']: readonly string[]): unknown {
  const order = compareVersions(scheme, a, b);
  expect(compareVersions(scheme, a, a) === 0, `${a} is not equal to itself`);
  expect(order + compareVersions(scheme, b, a) === 0, `${a} and ${b}: their order depends on the side`);
  if (isValidVersion(scheme, c)) {
    const [next, whole] = [compareVersions(scheme, b, c), compareVersions(scheme, a, c)];
    if (order === next) expect(whole === order, `${a}, ${b}, ${c} are in no order`);
    if (order === 0) expect(whole === next, `${a} equals ${b}, and ${c} tells them apart`);
  }
  return String(order);
}
