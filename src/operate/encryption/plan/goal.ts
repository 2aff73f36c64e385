// What a goal's word promises, held against the state: an operator who says `enable` where another key already writes has something else in mind.
import { faultsOf } from './faults.ts';
import { currentCounts, type EncryptionState, writersOf } from './state.ts';
import type { Goal } from './step.ts';
import { IDENTITY, idText, nameOf, type TransformerId } from './transformer-id.ts';

/** Why the word does not fit, in words; undefined when it does. What is half done on the way to the goal fits. */
export function goalProblem(state: EncryptionState, { kind, target }: Goal): string | undefined {
  if (kind === 'disable') return target === IDENTITY ? undefined : 'disable has no key';
  if (target === IDENTITY) return 'to stop encrypting, say disable';
  if (isBroken(state)) return undefined;
  const inUse = [...writersOf(state), ...currentCounts(state).keys()];
  const others = inUse.filter((id) => id !== target && id !== IDENTITY);
  const [other] = others;
  if (kind === 'enable') {
    return other === undefined
      ? undefined
      : `${idText(other)} is in use: say rotate for a new key, provider for another provider`;
  }
  if (other === undefined)
    return inUse.includes(IDENTITY) && !inUse.includes(target) ? 'nothing is encrypted: say enable' : undefined;
  const isSame = others.some((id) => providerOf(id) === providerOf(target));
  if (kind === 'rotate' && !isSame) return `${idText(other)} is of another provider: say provider`;
  if (kind === 'provider' && isSame) return `${idText(other)} is of the same provider: say rotate`;
  return undefined;
}

/** A stray key on one server is a fault, and no use of that key: what is wrong is mended first, and the word is judged by the plan after that. */
function isBroken(state: EncryptionState): boolean {
  return faultsOf(state).some(({ id, weight }) => weight === 'error' && id !== 'data-not-examined');
}

function providerOf(id: TransformerId): string {
  return nameOf(id).replace(/:.*/s, '');
}
