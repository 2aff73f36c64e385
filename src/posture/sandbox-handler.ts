// What a handler of a RuntimeClass is by its name: gVisor (runsc) and Kata by the names that their documentation gives them, and the usual runtimes
// on the kernel of the node.

/** A handler that puts another kernel, or one in user space, between the pod and that of the node. */
const SANDBOX = /^(?:runsc|gvisor|kata)(?:$|[-_.])/i;
/** Handlers that run pods on the kernel of the node. */
const PLAIN = /^(?:runc|crun|youki|nvidia)(?:$|[-_.])/i;

/** What the name of a handler tells. */
export function handlerKind(handler: string): 'sandbox' | 'plain' | 'unknown' {
  if (SANDBOX.test(handler)) return 'sandbox';
  return PLAIN.test(handler) ? 'plain' : 'unknown';
}
