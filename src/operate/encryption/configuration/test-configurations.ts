// Configurations for tests: for every rule of upstream's some that break it and nothing else, and some that are right.
import type { UpstreamRule } from './validate.ts';

/** A key of no cluster, in base64. */
export const SECRET = '8uT6Gx9gMKQ5BriJA77uKXX2Yw2a5BTRxLOWmPMfJoU=';
/** The first lines of every file. */
export const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n';

/** A file with one list. */
export function file(providers: string, resources = '[secrets]'): string {
  return `${HEAD}resources:\n  - resources: ${resources}\n    providers: ${providers}\n`;
}

/** A file with one kms provider that has more fields. */
export function kms(fields: string): string {
  return file(`[{kms: {name: a, endpoint: "unix:///run/a.sock", ${fields}}}]`);
}

/** A provider. */
export const AESCBC = `[{aescbc: {keys: [{name: k, secret: ${SECRET}}]}}]`;

/** By the rule that they break. */
export const BROKEN: Readonly<Record<UpstreamRule, readonly string[]>> = {
  'resources-required': [HEAD, `${HEAD}resources: []\n`, file(AESCBC, '[]')],
  'providers-required': [file('[]')],
  'one-provider-per-element': [
    file('[{}]'),
    file('[{identity: null}]'),
    file('[{identity: {}, kms: {name: a, endpoint: "unix:a"}}]'),
  ],
  'keys-required': [file('[{aesgcm: {keys: []}}]'), file('[{secretbox: {}}]')],
  'key-name-required': [file(`[{aescbc: {keys: [{secret: ${SECRET}}]}}]`)],
  'secret-required': [file('[{aescbc: {keys: [{name: k}]}}]')],
  'secret-base64': [file('[{aescbc: {keys: [{name: k, secret: "$ENCRYPTION_KEY"}]}}]')],
  'secret-length': [
    file('[{aescbc: {keys: [{name: k, secret: "dGVzdA=="}]}}]'),
    file('[{secretbox: {keys: [{name: k, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}}]'),
  ],
  'kms-name': [file('[{kms: {endpoint: "unix:///a"}}]')],
  'kms-name-colon': [file('[{kms: {apiVersion: v2, name: "a:b", endpoint: "unix:///a"}}]')],
  'kms-name-unique': [
    file('[{kms: {name: a, endpoint: "unix:///a"}}, {kms: {apiVersion: v2, name: a, endpoint: "unix:///b"}}]'),
  ],
  'kms-timeout': [kms('timeout: 0s'), kms('timeout: -1s'), kms('timeout: soon')],
  'kms-endpoint': [file('[{kms: {name: a}}]'), file('[{kms: {name: a, endpoint: "tcp://127.0.0.1:1"}}]')],
  'kms-cache-size': [kms('cachesize: 0'), kms('apiVersion: v2, cachesize: 10')],
  'kms-api-version': [kms('apiVersion: v3')],
  'resource-twice': [file(AESCBC, '[secrets, secrets]')],
  'resource-overlap': [file(AESCBC, '[secrets, "*."]'), file(AESCBC, '["*.*", deployments.apps]')],
  'resource-masked': [`${file(AESCBC, '["*."]')}  - resources: [secrets]\n    providers: [{identity: {}}]\n`],
  'resource-name': [
    '"*"',
    'Secrets',
    'extensions.extensions',
    'events.events.k8s.io',
    'secrets.*',
    'serviceipallocations',
  ].map((resource) => file(AESCBC, `[${resource}]`)),
  'unknown-field': [`${file(AESCBC)}comment: x\n`, file(`[{aescbc: {keys: [{name: k, secret: ${SECRET}, note: x}]}}]`)],
  'repeated-field': [`${HEAD}kind: EncryptionConfiguration\n${file(AESCBC).slice(HEAD.length)}`],
};

/** Without a violation. */
export const RIGHT: readonly string[] = [
  file(AESCBC),
  file('[{identity: {}}]', '["*.*"]'),
  kms('timeout: 3s, cachesize: -1'),
  file(
    '[{kms: {apiVersion: v2, name: a, endpoint: "unix:///a"}}, {identity: {}}]',
    '["*.apps", "*.", pods.metrics.k8s.io]',
  ),
  `apiVersion: v1\nkind: EncryptionConfig\n${file(AESCBC).slice(HEAD.length)}`,
  JSON.stringify({
    kind: 'EncryptionConfiguration',
    apiVersion: 'apiserver.config.k8s.io/v1',
    resources: [{ resources: ['secrets'], providers: [{ identity: {} }] }],
  }),
  `${HEAD}resources:\n  - resources: [events]\n    providers: &none [{identity: {}}]\n  - resources: ["*.*"]\n    providers: *none\n`,
];
