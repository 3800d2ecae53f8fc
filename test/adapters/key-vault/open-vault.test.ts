import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openVault } from '../../../adapters/key-vault/open-vault.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PASSPHRASE = 'correct horse battery';

describe('the vault', () => {
  let file: string;
  beforeEach(() => {
    file = join(temporaryFolder(), 'vault.json');
  });

  it('gives back what was put, also after it was opened anew, and shows none of it in its file', async () => {
    const secret = utf8('a secret that nobody else may see');
    const vault = right(await openVault(file, PASSPHRASE)());
    right(await vault.put('a', secret)());
    right(await vault.put('b', utf8('another'))());
    right(await vault.remove('b')());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    for (const form of ['utf8', 'hex', 'base64', 'base64url'] as const)
      expect(text.includes(Buffer.from(secret).toString(form).slice(0, 20))).toBe(false);
    const again = right(await openVault(file, PASSPHRASE)());
    expect(right(await again.get('a')())).toEqual(secret);
    expect(left(await again.get('b')())._tag).toBe('SecretMissing');
  });

  it('opens with its own passphrase only, and only if nobody else can read it', async () => {
    right(await right(await openVault(file, PASSPHRASE)()).put('a', utf8('x'))());
    expect(left(await openVault(file, 'another passphrase')())._tag).toBe('VaultPassphraseWrong');
    chmodSync(file, 0o644);
    expect(left(await openVault(file, PASSPHRASE)())._tag).toBe('VaultUnreadable');
  });

  it('gives no secret under a name that it was not put under, nor an edited one', async () => {
    const vault = right(await openVault(file, PASSPHRASE)());
    right(await vault.put('a', utf8('secret of a'))());
    right(await vault.put('b', utf8('secret of b'))());
    const content = JSON.parse(readFileSync(file, 'utf8'));
    const [a, b] = content.entries;
    writeFileSync(
      file,
      JSON.stringify({
        ...content,
        entries: [
          { ...b, name: a.name },
          { ...a, name: b.name },
        ],
      }),
    );
    const swapped = right(await openVault(file, PASSPHRASE)());
    expect(left(await swapped.get('a')())._tag).toBe('VaultUnavailable');
    const box = `${a.box.slice(0, 8)}${a.box[8] === 'A' ? 'B' : 'A'}${a.box.slice(9)}`;
    writeFileSync(file, JSON.stringify({ ...content, entries: [{ ...a, box }, b] }));
    const edited = right(await openVault(file, PASSPHRASE)());
    expect(left(await edited.get('a')())._tag).toBe('VaultUnavailable');
    expect(right(await edited.get('b')())).toEqual(utf8('secret of b'));
  });

  it('keeps every secret of many that are put at once', async () => {
    const vault = right(await openVault(file, PASSPHRASE)());
    await Promise.all(Array.from({ length: 20 }, (_, i) => vault.put(`s${String(i)}`, utf8(`secret ${String(i)}`))()));
    const again = right(await openVault(file, PASSPHRASE)());
    for (let i = 0; i < 20; i++) expect(right(await again.get(`s${String(i)}`)())).toEqual(utf8(`secret ${String(i)}`));
  });
});
