// Small files that grant access: bounded, and an error names the file and never its content.
import { readFile, stat } from 'node:fs/promises';
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/**
 * Reads a kubeconfig, certificate, key or token.
 * @throws PlimsollError `input-missing` or `input-unreadable`; LimitError beyond `LIMITS.kubeconfigBytes`
 */
export async function readAccessFile(path: string, what: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > LIMITS.kubeconfigBytes) throw new LimitError(`${path}: larger than ${LIMITS.kubeconfigBytes} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof LimitError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw new PlimsollError('input-missing', `${path}: there is no such ${what}`);
    throw new PlimsollError('input-unreadable', `${path}: the ${what} cannot be read (${code})`);
  }
}
