// What the state of encryption says in words that all forms share.
import type { ServerRow } from '../operate/encryption/status/status.ts';
import { count } from './words.ts';

/** `ncn-m002: 12 reads of k8s:enc:aescbc:v1: failed since 2022-04-06 10:00:00, when its process began`; nothing when nothing failed. */
export function failureTexts({ name, running, failures = [] }: ServerRow): readonly string[] {
  const since = running.state === 'loaded' ? ` since ${running.startedAt.slice(0, 19).replace('T', ' ')}` : '';
  return failures.map(({ direction, prefix, count: number }) => {
    const times = `${count(number)} ${direction}${number === 1 ? '' : 's'}`;
    const what = prefix === '' ? 'plain values' : prefix === 'unknown' ? 'values of no configured key' : prefix;
    return `${name}: ${times} of ${what} failed${since}; what is wrong now, the faults say`;
  });
}
