// What one control plane's facts say about what its server loaded: never more than they show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ControlPlane, loadedBy, mergeLooks, type ProcessFacts, serverStateOf } from './control-plane.ts';
import { readFacts, writeFacts } from './facts-file.ts';
import { metricsFacts, withAnswer, withLaterAnswer } from './live.ts';

const A = 'aescbc:a#kfp1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const B = 'secretbox:b#kfp1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
const PATH = '/etc/kubernetes/encryption/config.yaml';
const minute = (number: number): string => new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString();

function plane(list: readonly string[], modified: number, process?: Partial<ProcessFacts> | 'none'): ControlPlane {
  const facts = { startedAt: minute(10), flag: { known: true, path: PATH } as const };
  return {
    node: 'm1',
    at: minute(30),
    resource: 'secrets',
    manifest: { flag: PATH, path: PATH, reload: false },
    file: { modifiedAt: minute(modified), transformers: list },
    ...(process === undefined ? {} : { process: process === 'none' ? process : { ...facts, ...process } }),
  };
}

test('a process younger than its file loaded it; one that is older may have loaded anything', () => {
  assert.deepEqual(loadedBy(plane([A], 5, {})), [A]);
  assert.equal(loadedBy(plane([A], 15, {})), undefined);
  assert.equal(loadedBy(plane([A], 10, {})), undefined);
  assert.equal(loadedBy(plane([A], 5)), undefined);
  assert.equal(serverStateOf(plane([A], 5, 'none')).running.state, 'down');
  assert.equal(serverStateOf(plane([A], 15, {})).running.state, 'unknown');
});

test('the flag of the process counts, not that of the manifest', () => {
  assert.deepEqual(loadedBy(plane([A], 5, { flag: { known: true } })), ['identity']);
  assert.equal(loadedBy(plane([A], 5, { flag: { known: true, path: '/elsewhere' } })), undefined);
  assert.deepEqual(loadedBy(plane([A], 5, { flag: { known: false } })), [A]);
  const { manifest: _with, file: _file, ...bare } = plane([A], 5, { flag: { known: false } });
  const without: ControlPlane = { ...bare, manifest: { reload: false } };
  assert.equal(loadedBy(without), undefined);
  assert.deepEqual(serverStateOf(without).file, { state: 'read', transformers: ['identity'] });
});

test('with automatic reload the time of the last reload counts', () => {
  const reloading = { flag: PATH, path: PATH, reload: true };
  const now: ControlPlane = { ...plane([B], 15, { reloadedAt: minute(16) }), manifest: reloading };
  assert.deepEqual(loadedBy(now), [B]);
  assert.equal(loadedBy({ ...now, file: { modifiedAt: minute(17), transformers: [B] } }), undefined);
  assert.equal(loadedBy({ ...now, manifest: { ...reloading, reload: false } }), undefined);
});

test('an earlier look tells what the same process loaded, whatever the order of the looks; that of another process tells nothing', () => {
  const before = { ...plane([A], 5, {}), at: minute(12) };
  const after = { ...plane([B], 15, {}), at: minute(20) };
  for (const looks of [
    [before, after],
    [after, before],
  ]) {
    const state = serverStateOf(mergeLooks(looks));
    assert.deepEqual(state.running.state === 'loaded' && state.running.transformers, [A]);
    assert.deepEqual(state.file, { state: 'read', transformers: [B] });
  }
  const restarted = { ...plane([B], 15, { startedAt: minute(11) }), at: minute(20) };
  assert.equal(serverStateOf(mergeLooks([before, restarted])).running.state, 'unknown');
});

test('what cannot be loaded is broken, and what was not looked at is not examined', () => {
  const { file: _file, ...noFile } = plane([A], 5, {});
  assert.deepEqual(serverStateOf(noFile).file, { state: 'broken', reason: `there is no ${PATH}` });
  const unmounted = { ...noFile, manifest: { flag: PATH, reload: false } };
  assert.equal(serverStateOf(unmounted).file.state, 'broken');
  const { manifest: _manifest, ...noManifest } = plane([A], 5, {});
  assert.deepEqual(serverStateOf({ ...noManifest, manifestProblem: 'no permission' }).file, {
    state: 'not-examined',
    reason: 'no permission',
  });
});

test('an answer of the server belongs to the process that was seen, or to a new one', () => {
  const seen = plane([A], 5, {});
  const same = withAnswer(seen, { startedAt: minute(10).replace('.000Z', '.420Z'), ready: true });
  assert.deepEqual(loadedBy(same), [A]);
  assert.deepEqual(same.process, { startedAt: minute(10), flag: { known: true, path: PATH }, ready: true });
  const other = withAnswer(plane([B], 15, {}), { startedAt: minute(16), ready: false });
  assert.deepEqual(loadedBy(other), [B]);
  assert.equal(withAnswer(seen, 'refused').process, 'none');
});

test('what an earlier look knew of a process goes with that process: of one that began meanwhile nothing is known', () => {
  const merged = mergeLooks([
    { ...plane([A], 5, {}), at: minute(12) },
    { ...plane([B], 20, {}), at: minute(21) },
  ]);
  assert.deepEqual(loadedBy(withAnswer(merged, { startedAt: minute(10), ready: true })), [A]);
  // It began when nobody saw what its file said.
  assert.equal(loadedBy(withAnswer(merged, { startedAt: minute(15), ready: true })), undefined);
  const reloading = { ...merged, manifest: { flag: PATH, path: PATH, reload: true } };
  assert.equal(loadedBy(withAnswer(reloading, { startedAt: minute(10), reloadedAt: minute(15) })), undefined);
});

test('files that were looked at before the process began say nothing of it: they may be others by now', () => {
  const facts = plane([A], 5, {});
  const { file, running } = serverStateOf(withLaterAnswer(facts, { startedAt: minute(40), ready: true }));
  assert.equal(running.state, 'unknown');
  assert.match(
    file.state === 'not-examined' ? file.reason : '',
    /looked at 2026-01-01T00:30.* its process began, .*look at them again/,
  );
  const reloaded = withLaterAnswer(facts, { startedAt: minute(10), reloadedAt: minute(31), ready: true });
  assert.equal(serverStateOf(reloaded).file.state, 'not-examined');
  assert.deepEqual(loadedBy(withLaterAnswer(facts, { startedAt: minute(10), ready: true })), [A]);
  assert.equal(withLaterAnswer(facts, 'refused').process, 'none');
});

test('the hash that a server tells of what it loaded decides over all times; it is compared and not kept', () => {
  const reloading = {
    ...plane([B], 15, { reloadedAt: minute(16) }),
    manifest: { flag: PATH, path: PATH, reload: true },
  };
  const answer = { startedAt: minute(10), reloadedAt: minute(16), loadedHash: 'a'.repeat(64) };
  // The file was replaced while the server loaded the one before: by the times alone it would have the new one.
  assert.deepEqual(loadedBy(withAnswer(reloading, answer)), [B]);
  const other = withAnswer(reloading, answer, 'b'.repeat(64));
  assert.equal(loadedBy(other), undefined);
  const same = withAnswer(plane([B], 15, {}), answer, 'a'.repeat(64));
  assert.deepEqual(loadedBy(same), [B]);
  assert.doesNotMatch(JSON.stringify([other, same]), /a{64}|b{64}/);
  assert.ok(readFacts(writeFacts(same), 'f').process !== 'none');
});

test('what could not be read or written is counted by its beginning, over resources and reasons, and once', () => {
  const line = (labels: string, value: string): string =>
    `apiserver_storage_transformation_operations_total{${labels}} ${value}`;
  const from = 'transformation_type="from_storage"';
  const text = [
    line(`status="OK",${from},transformer_prefix="k8s:enc:aescbc:v1:"`, '100'),
    line(`status="Unknown",${from},transformer_prefix="k8s:enc:aescbc:v1:"`, '3'),
    line(`resource="secrets",status="Internal",${from},transformer_prefix="k8s:enc:aescbc:v1:"`, '1e+00'),
    // The same operation, by the second half of the beginning.
    line(`status="Unknown",${from},transformer_prefix="key1:"`, '3'),
    line('status="Unknown",transformation_type="to_storage",transformer_prefix="k8s:enc:kms:v1:p:"', '2'),
    line(`status="Unknown",${from},transformer_prefix="identity"`, 'NaN'),
  ].join('\n');
  assert.deepEqual(metricsFacts(text).failures, [
    { direction: 'read', prefix: 'k8s:enc:aescbc:v1:', count: 4 },
    { direction: 'write', prefix: 'k8s:enc:kms:v1:p:', count: 2 },
  ]);
  assert.equal(metricsFacts(line('status="OK', '1')).failures, undefined);
  // As 1.20 tells a key that nobody has, twice, beside two values of a provider that nobody has.
  const nobody = [
    line(`status="Unknown",${from},transformer_prefix="k8s:enc:aescbc:v1:"`, '81'),
    line(`status="Unknown",${from},transformer_prefix="unknown"`, '83'),
  ].join('\n');
  assert.deepEqual(metricsFacts(nobody).failures, [
    { direction: 'read', prefix: 'k8s:enc:aescbc:v1:', count: 81 },
    { direction: 'read', prefix: 'unknown', count: 2 },
  ]);
});

test('the times in metrics', () => {
  const text = [
    '# TYPE process_start_time_seconds gauge',
    'process_start_time_seconds 1.66757600042e+09',
    'apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{apiserver_id_hash="sha256:1",status="failure"} 1.7e+09',
    'apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{apiserver_id_hash="sha256:1",status="success"} 1.6676e+09',
  ].join('\n');
  assert.deepEqual(metricsFacts(text), {
    startedAt: '2022-11-04T15:33:20.420Z',
    reloadedAt: '2022-11-04T22:13:20.000Z',
  });
  assert.deepEqual(metricsFacts(''), { startedAt: '1970-01-01T00:00:00.000Z' });
});
