import { test } from 'node:test';
import { assertLines } from './testing/differential.ts';

// From "Package versioning" in NuGet's documentation: the list of pre-releases in order, and the table of normalised forms.
test('nuget: the examples of its documentation', () => {
  assertLines('nuget', [
    '1.0.1 > 1.0.1-zzz',
    '1.0.1-zzz > 1.0.1-rc.10',
    '1.0.1-rc.10 > 1.0.1-rc.2',
    '1.0.1-rc.2 > 1.0.1-open',
    '1.0.1-open > 1.0.1-beta',
    '1.0.1-beta > 1.0.1-alpha2',
    '1.0.1-alpha2 > 1.0.1-alpha10',
    '1.0.1-alpha10 > 1.0.1-aaa',
    '1.00 = 1.0',
    '1.01.1 = 1.1.1',
    '1.00.0.1 = 1.0.0.1',
    '1.0.0.0 = 1.0.0',
    '1.0.01.0 = 1.0.1',
    '1.0.7+r3456 = 1.0.7',
  ]);
});

test('nuget: four numbers, any case, what is refused', () => {
  assertLines('nuget', [
    '4.3.0 < 4.3.0.1',
    '4.3.0.1 < 4.3.0.2',
    '4.3.0.10 > 4.3.0.9',
    '4.3.0.1-rc < 4.3.0.1',
    '4.3.0 < 4.3.0.1-rc',
    '1 = 1.0.0.0',
    '1.0.0-RC = 1.0.0-rc',
    '1.0.0-Alpha < 1.0.0-beta',
    '1.0.0-01 = 1.0.0-1',
    'invalid: 1.2.3.4.5',
    'invalid: v1.0.0',
    'invalid: 1.0.0-',
    'invalid: 1..0',
    'invalid: 1.0.0-a_b',
  ]);
});
