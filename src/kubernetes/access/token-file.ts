// Tokens in files that someone renews, as the kubelet does for service accounts.
import { readAccessFile } from './read-file.ts';

/** Read anew for each request: tokens of service accounts are renewed in their files. */
export function tokenOfFile(path: string): () => Promise<string> {
  return async () => (await readAccessFile(path, 'token file')).trim();
}
