// Paths of archive entries, made safe: relative to the image's root, as container runtimes place them.
import { LIMITS } from '../../../platform/limits.ts';

/** A cleaned path: relative, without `.`, `..`, empty parts or a trailing slash; '' is the root. `..` at the root stays there. */
export function cleanPath(name: string): string {
  let start = 0;
  while (name.startsWith('./', start)) start += 2;
  let end = name.length;
  while (end > start && name.charCodeAt(end - 1) === SLASH) end--;
  const plain = name.slice(start, end);
  return isClean(plain) ? plain : cleanSlowly(plain);
}

/** Why a cleaned path is not taken, or undefined. */
export function pathProblem(path: string): string | undefined {
  if (path.length * 3 > LIMITS.pathBytes && Buffer.byteLength(path) > LIMITS.pathBytes)
    return `path longer than ${LIMITS.pathBytes} bytes`;
  if (path.length > LIMITS.pathDepth && depthOf(path) > LIMITS.pathDepth)
    return `path deeper than ${LIMITS.pathDepth} directories`;
  return undefined;
}

/** The target of a symbolic link at `path`, as a cleaned path: absolute targets count from the image's root. */
export function linkTarget(path: string, target: string): string {
  if (target.startsWith('/')) return cleanPath(target);
  const parent = path.lastIndexOf('/');
  return parent === -1 ? cleanPath(target) : cleanPath(`${path.slice(0, parent)}/${target}`);
}

const SLASH = 0x2f;
const DOT = 0x2e;

function isClean(path: string): boolean {
  let atStart = true;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (atStart && (code === SLASH || code === DOT)) {
      if (code === SLASH || isDots(path, i)) return false;
    }
    atStart = code === SLASH;
  }
  return true;
}

/** Whether the part that starts at `i` is `.` or `..`. */
function isDots(path: string, i: number): boolean {
  const second = path.charCodeAt(i + 1);
  if (Number.isNaN(second) || second === SLASH) return true;
  const third = path.charCodeAt(i + 2);
  return second === DOT && (Number.isNaN(third) || third === SLASH);
}

function cleanSlowly(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function depthOf(path: string): number {
  let depth = 1;
  for (let i = path.indexOf('/'); i !== -1; i = path.indexOf('/', i + 1)) depth++;
  return depth;
}
