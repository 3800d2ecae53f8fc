import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSPHRASE } from './http-authority.js';
import { run } from './run-cli.js';
import { temporaryFolder } from './temporary-folder.js';

/** Makes the key file of one more node, as an operator does. `ours`: how the node with the authority key is asked. */
export const nodeKeys = async (name: string, ours: ReadonlyArray<string>): Promise<string> => {
  const folder = temporaryFolder();
  const [file, pass] = [join(folder, `${name}.json`), join(folder, 'pass')];
  writeFileSync(pass, `${PASSPHRASE}\n`);
  const made = await run('signing-key', 'add-node', name, '--out', file, '--node-passphrase-file', pass, ...ours);
  if (made.code !== 0) throw new Error(made.err);
  return file;
};
