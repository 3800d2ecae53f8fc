import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { bundleOf, eventfulAuthority, LOG_KEY, logOf } from './bundle.js';

/** A good bundle as a file, with the key that it is checked with. */
export const writeBundle = async (folder: string): Promise<{ readonly file: string; readonly vkey: string }> => {
  const authority = await eventfulAuthority();
  const file = join(folder, 'h1.bundle');
  writeFileSync(file, await bundleOf(authority, await logOf(authority)));
  return { file, vkey: formatVerifierKey(LOG_KEY) };
};
