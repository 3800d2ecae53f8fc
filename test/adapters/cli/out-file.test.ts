import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openHttpAuthority } from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { folderForAll, temporaryFolder } from '../../support/temporary-folder.js';

/** Each with the place of its file to write. */
const COMMANDS: ReadonlyArray<readonly [string, (file: string) => ReadonlyArray<string>]> = [
  ['bundle', (file) => ['bundle', '--host', 'host-a', '--out', file]],
  ['ledger prove', (file) => ['ledger', 'prove', '0', '--out', file]],
  ['export', (file) => ['export', '-f', file]],
  ['verifier', (file) => ['verifier', '--out', file]],
];

const folder = folderForAll();
let at: ReadonlyArray<string> = [];

beforeAll(async () => {
  const authority = await openHttpAuthority();
  await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'host-a' } });
  const token = join(folder(), 'token');
  writeFileSync(token, authority.tokens.get('arthur') ?? '');
  at = ['--url', await authority.app.listen({ host: '127.0.0.1', port: 0 }), '--token-file', token];
  return authority.close;
}, 120_000);

describe('a command that writes a file', () => {
  it.each(COMMANDS)('%s keeps one that is there, and says how to write over it', async (name, argv) => {
    const file = join(temporaryFolder(), 'out');
    writeFileSync(file, 'something else');
    const command = [...argv(file), ...(name === 'verifier' ? [] : at)];
    const kept = await run(...command);
    expect([kept.code, kept.err]).toEqual([2, expect.stringMatching(/is there already.*--force/s)]);
    expect(readFileSync(file, 'utf8')).toBe('something else');
    // The page is there once the program is built.
    if (name === 'verifier') return;
    const written = await run(...command, '--force');
    expect([written.code, written.err]).toEqual([0, '']);
    expect(readFileSync(file, 'utf8')).not.toContain('something else');
  });
});
