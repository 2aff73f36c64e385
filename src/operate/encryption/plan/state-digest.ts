// A name for what a plan was made from: who takes a step compares it with what is there then.
import { canonicalJson, type Digest, digestOf } from '../../../platform/canonical.ts';
import { type EncryptionState, neededOf } from './state.ts';

/** Over each server's lists, in file and process, and what must stay readable. The same lists give the same digest, whatever the counts and times are. */
export function stateDigest(state: EncryptionState): Digest {
  const servers = state.servers.map(({ name, file, running }) => ({
    name,
    file: file.state === 'read' ? file.transformers : file.state,
    running: running.state === 'loaded' ? running.transformers : running.state,
  }));
  return digestOf(canonicalJson({ servers, needed: neededOf(state) }));
}
