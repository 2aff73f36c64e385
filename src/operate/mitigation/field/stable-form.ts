// An object without what the server keeps for itself, so that it can be compared with what was there before, and made again. API conventions of
// Kubernetes, "Metadata" and "Spec and Status".
import { isMembers, type Value } from './document.ts';

/** Members of metadata that the server sets, or that differ with every writing. */
const OF_THE_SERVER = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** The object without status and without the server's own metadata; anything else as it is. */
export function stableForm(object: Value): Value {
  if (!isMembers(object)) return object;
  const { status: _status, metadata, ...rest } = object;
  if (!isMembers(metadata)) return rest;
  const kept = Object.entries(metadata).filter(([name]) => !OF_THE_SERVER.includes(name));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/** The stable form with what the server keeps put back from the object as it is. */
export function liveForm(stable: Value, live: Value): Value {
  if (!isMembers(stable) || !isMembers(live)) return stable;
  const metadata = isMembers(live['metadata']) ? live['metadata'] : {};
  const own = Object.entries(metadata).filter(([name]) => OF_THE_SERVER.includes(name));
  const stated = isMembers(stable['metadata']) ? stable['metadata'] : {};
  return {
    ...stable,
    ...(live['status'] === undefined ? {} : { status: live['status'] }),
    metadata: { ...stated, ...Object.fromEntries(own) },
  };
}
