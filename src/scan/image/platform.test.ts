import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlatform, parsePlatform, platformDistance } from './platform.ts';

test('text and back; equal platforms have equal text', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/v9', 'linux/arm64/v9'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/arm/v7', 'linux/arm/v7'],
    ['linux/arm', 'linux/arm'],
    ['windows/amd64', 'windows/amd64'],
  ];
  for (const [text, normal] of rows) assert.equal(formatPlatform(parsePlatform(text)), normal);
  for (const text of ['', 'linux', 'linux/', '/amd64', 'linux/amd64/3', 'linux/amd64/v3/x', 'Linux/amd64']) {
    assert.throws(() => parsePlatform(text), /is not a platform/);
  }
});

test('what runs where', () => {
  const rows: readonly (readonly [wanted: string, offered: string, distance: number | undefined])[] = [
    ['linux/amd64', 'linux/amd64', 0],
    ['linux/amd64', 'linux/x86_64', 0],
    ['linux/amd64', 'linux/amd64/v1', 0],
    ['linux/amd64', 'linux/amd64/v2', undefined],
    ['linux/amd64/v3', 'linux/amd64', 2],
    ['linux/arm64', 'linux/arm64/v8', 0],
    ['linux/arm64', 'linux/arm/v7', undefined],
    ['linux/arm', 'linux/arm/v7', 0],
    ['linux/arm/v7', 'linux/arm/v6', 1],
    ['linux/arm/v6', 'linux/arm/v7', undefined],
    ['linux/ppc64le', 'linux/ppc64le', 0],
    ['linux/ppc64le', 'linux/ppc64le/power9', undefined],
    ['linux/amd64', 'windows/amd64', undefined],
  ];
  for (const [wanted, offered, distance] of rows) {
    const [os = '', architecture = '', variant] = offered.split('/');
    const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
    assert.equal(platformDistance(parsePlatform(wanted), platform), distance, `${wanted} ${offered}`);
  }
});
