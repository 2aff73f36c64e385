import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoDate, numberOfJobs, platformName } from './arguments.ts';

test('a date is a day that there is', () => {
  for (const text of ['2022-04-06', '2024-02-29', '1999-12-31']) assert.equal(isoDate(text), text);
  for (const text of [
    '2022-02-31',
    '2023-02-29',
    '2022-04-31',
    '2022-13-01',
    '2022-4-6',
    '2022-04-06T00:00',
    'today',
    '',
  ]) {
    assert.throws(() => isoDate(text), /write a date/, text);
  }
});

test('a number of jobs is plain and sane', () => {
  assert.equal(numberOfJobs('1'), 1);
  assert.equal(numberOfJobs('256'), 256);
  for (const text of ['0', '257', '-1', '1.5', '1e2', '0x10', '', 'two'])
    assert.throws(() => numberOfJobs(text), /1 to 256/, text);
});

test('a platform is os/architecture with or without a variant', () => {
  for (const text of ['linux/amd64', 'linux/arm64/v8', 'windows/amd64']) assert.equal(platformName(text), text);
  for (const text of ['foo', 'linux', 'linux/', 'linux/arm64/8', '', 'Linux/amd64 ', 'linux/amd64,linux/arm64']) {
    assert.throws(() => platformName(text), /is not a platform; write os\/architecture/, text);
  }
});
