import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportVault, importVault, type SealedVault } from '../../../adapters/key-vault/carry-vault.js';
import { openVault } from '../../../adapters/key-vault/open-vault.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const filled = async ({ file, passphrase }: SealedVault, secrets: Readonly<Record<string, string>>) => {
  const vault = right(await openVault(file, passphrase)());
  for (const [name, secret] of Object.entries(secrets)) right(await vault.put(name, utf8(secret))());
};
const contents = async ({ file, passphrase }: SealedVault) => {
  const vault = right(await openVault(file, passphrase)());
  const pairs = vault.names().map(async (name) => [name, right(await vault.get(name)())] as const);
  return Object.fromEntries(
    (await Promise.all(pairs)).map(([name, secret]) => [name, new TextDecoder().decode(secret)]),
  );
};

describe('a vault that is carried to another node', () => {
  let one: SealedVault;
  let carried: SealedVault;
  let two: SealedVault;
  beforeEach(() => {
    const folder = temporaryFolder();
    one = { file: join(folder, 'one.json'), passphrase: 'the first passphrase' };
    two = { file: join(folder, 'two.json'), passphrase: 'the second passphrase' };
    carried = { ...two, file: join(folder, 'carried.json') };
  });

  it("opens with the other node's passphrase only, and brings every secret beside what is there", async () => {
    await filled(one, { a: 'secret of a', b: 'secret of b' });
    await filled(two, { b: 'secret of b', c: 'secret of c' });
    expect(right(await exportVault(one, carried)())).toEqual(['a', 'b']);
    expect(statSync(carried.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(carried.file, 'utf8')).not.toContain(JSON.parse(readFileSync(one.file, 'utf8')).salt);
    expect(left(await openVault(carried.file, one.passphrase)())._tag).toBe('VaultPassphraseWrong');
    expect(right(await importVault(carried, two, false)())).toEqual(['a', 'b']);
    expect(right(await importVault(carried, two, false)())).toEqual(['a', 'b']);
    expect(await contents(two)).toEqual({ a: 'secret of a', b: 'secret of b', c: 'secret of c' });
  });

  it('begins the vault of a node that has none', async () => {
    await filled(one, { a: 'secret of a' });
    right(await exportVault(one, carried)());
    right(await importVault(carried, two, false)());
    expect(await contents(two)).toEqual({ a: 'secret of a' });
  });

  it('replaces another secret of the same name only if asked to, and writes nothing before that is known', async () => {
    await filled(one, { a: 'new', b: 'newer' });
    await filled(two, { b: 'old' });
    right(await exportVault(one, carried)());
    expect(left(await importVault(carried, two, false)())).toEqual({ _tag: 'VaultDiffers', name: 'b' });
    expect(await contents(two)).toEqual({ b: 'old' });
    right(await importVault(carried, two, true)());
    expect(await contents(two)).toEqual({ a: 'new', b: 'newer' });
  });

  it('is never written over a file, never made of nothing, and never taken damaged', async () => {
    expect(left(await exportVault(one, carried)())._tag).toBe('VaultMissing');
    await filled(one, { a: 'x' });
    right(await exportVault(one, carried)());
    const before = readFileSync(carried.file, 'utf8');
    expect(left(await exportVault(one, carried)())._tag).toBe('VaultExists');
    expect(readFileSync(carried.file, 'utf8')).toBe(before);
    const content = JSON.parse(before);
    const [entry] = content.entries;
    const box = `${entry.box.slice(0, 4)}${entry.box[4] === 'A' ? 'B' : 'A'}${entry.box.slice(5)}`;
    writeFileSync(carried.file, JSON.stringify({ ...content, entries: [{ ...entry, box }] }));
    expect(left(await importVault(carried, two, false)())._tag).toBe('VaultUnavailable');
    expect(left(await importVault({ ...carried, file: `${carried.file}.none` }, two, false)())._tag).toBe(
      'VaultMissing',
    );
  });
});
