import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lockFile } from '../../../adapters/event-store/sqlite/file-lock.js';
import { openVault } from '../../../adapters/key-vault/open-vault.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const NAME = 'key-provider/hsm/credential/1';

describe('sekisho node export-vault and import-vault', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const vaultOf = async (node: string) => right(await openVault(at(`${node}/vault.json`), `passphrase of ${node}`)());
  const exporting = ['node', 'export-vault', '--node-passphrase-file'];

  beforeEach(async () => {
    folder = temporaryFolder();
    for (const node of ['one', 'two']) {
      mkdirSync(at(node));
      writeFileSync(at(`pass-${node}`), `passphrase of ${node}\n`);
    }
    right(await (await vaultOf('one')).put(NAME, utf8('the secret of one'))());
  });

  const exported = (...more: ReadonlyArray<string>) =>
    run(
      ...exporting,
      at('pass-two'),
      '--out',
      at('carried'),
      '--dir',
      at('one'),
      '--passphrase-file',
      at('pass-one'),
      ...more,
    );
  const imported = (...more: ReadonlyArray<string>) =>
    run('node', 'import-vault', at('carried'), '--dir', at('two'), '--passphrase-file', at('pass-two'), ...more);

  it('carry what one node knows of its key providers to another, and show names only', async () => {
    const first = await exported('--json');
    expect([first.code, JSON.parse(first.out)]).toEqual([0, { secrets: [NAME] }]);
    const second = await imported();
    expect([second.code, second.out]).toEqual([0, `1 secrets imported:\n  ${NAME}\n`]);
    expect(right(await (await vaultOf('two')).get(NAME)())).toEqual(utf8('the secret of one'));
    for (const text of [first.out, second.out, readFileSync(at('carried'), 'utf8')])
      expect(text).not.toContain('the secret of one');
  });

  it('refuse a node that serves, another secret of the same name, a file that is there, and a wrong passphrase', async () => {
    expect((await exported()).code).toBe(0);
    const again = await exported();
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
    const wrong = await run(
      'node',
      'import-vault',
      at('carried'),
      '--dir',
      at('two'),
      '--passphrase-file',
      at('pass-one'),
    );
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('does not open')]);

    writeFileSync(at('two/server.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: process.ppid }));
    const serving = await imported();
    expect([serving.code, serving.err]).toEqual([3, expect.stringContaining('a node serves from')]);
    writeFileSync(at('two/server.json'), '');
    // One that is only about to serve, or did not get to say so.
    const unlock = await lockFile(at('two/ledger.db'));
    const held = await imported();
    expect([held.code, held.err]).toEqual([3, expect.stringContaining('another process has')]);
    unlock();

    right(await (await vaultOf('two')).put(NAME, utf8('another'))());
    const differs = await imported();
    expect([differs.code, differs.err]).toEqual([3, expect.stringContaining(NAME)]);
    expect(right(await (await vaultOf('two')).get(NAME)())).toEqual(utf8('another'));
    expect((await imported('--replace')).code).toBe(0);
    expect(right(await (await vaultOf('two')).get(NAME)())).toEqual(utf8('the secret of one'));
  });
});
