import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { naclVerifyEd25519 } from '../../../adapters/crypto/nacl/ed25519.js';
import { createKeyStore, openKeyStore, readPublicKeys } from '../../../adapters/key-store/key-store.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PASSPHRASE = 'correct horse battery';

const made = async () => {
  const file = join(temporaryFolder(), 'keys.json');
  return { file, store: right(await createKeyStore(file, PASSPHRASE)()) };
};

interface Stored {
  publicKeys: Record<string, Record<string, string>>;
  sealed: Record<string, string>;
}

const edit = (file: string, change: (content: Stored) => void): void => {
  const content = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  change(content);
  writeFileSync(file, JSON.stringify(content));
};

describe('the key store', () => {
  it('opens what it made: the same keys, which sign what tweetnacl verifies', async () => {
    const { file, store } = await made();
    const opened = right(await openKeyStore(file, PASSPHRASE)());
    expect(opened.publicKeys).toEqual(store.publicKeys);
    expect(opened.challengeKey).toEqual(store.challengeKey);
    expect(new Set(Object.values(opened.publicKeys).map(({ kid }) => kid)).size).toBe(4);
    const message = new TextEncoder().encode('message');
    for (const kind of ['authority', 'event', 'token', 'log'] as const) {
      const { kid, publicKey } = opened.publicKeys[kind];
      expect(opened.signer(kind).kid).toBe(kid);
      expect(naclVerifyEd25519(fromBase64(publicKey), message, right(await store.signer(kind).sign(message)()))).toBe(
        true,
      );
    }
  });

  it('tells the public keys without a passphrase', async () => {
    const { file, store } = await made();
    expect(right(await readPublicKeys(file)())).toEqual(store.publicKeys);
  });

  it('keeps the file to its owner and holds no secret in the clear', async () => {
    const { file, store } = await made();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(Buffer.from(store.challengeKey).toString('base64'));
    expect(readdirSync(join(file, '..'))).toEqual(['keys.json']);
  });

  it('refuses a wrong passphrase, and an edited box as much', async () => {
    const { file } = await made();
    expect(left(await openKeyStore(file, `${PASSPHRASE}.`)())).toEqual({ _tag: 'PassphraseWrong', file });
    edit(file, ({ sealed }) => {
      const box = sealed['box']!;
      sealed['box'] = `${box.startsWith('A') ? 'B' : 'A'}${box.slice(1)}`;
    });
    expect(left(await openKeyStore(file, PASSPHRASE)())._tag).toBe('PassphraseWrong');
  });

  it('never replaces keys', async () => {
    const { file } = await made();
    const before = readFileSync(file);
    expect(left(await createKeyStore(file, PASSPHRASE)())).toEqual({ _tag: 'KeyFileExists', file });
    expect(readFileSync(file)).toEqual(before);
  });

  it('refuses a file that others may read', async () => {
    const { file } = await made();
    chmodSync(file, 0o640);
    expect(left(await openKeyStore(file, PASSPHRASE)())).toEqual({ _tag: 'KeyFileExposed', file, mode: '640' });
  });

  it('refuses public keys that are not those of the sealed part', async () => {
    const { file } = await made();
    edit(file, ({ publicKeys }) => {
      publicKeys['event'] = publicKeys['log']!;
    });
    expect(left(await openKeyStore(file, PASSPHRASE)())).toEqual({ _tag: 'KeySelfCheckFailed', kind: 'event' });
  });

  it('names the field of a file that is no key file, and a file that is not there', async () => {
    const { file } = await made();
    edit(file, ({ sealed }) => {
      sealed['kdf'] = 'scrypt-2-1-1';
    });
    expect(left(await openKeyStore(file, PASSPHRASE)())).toMatchObject({
      _tag: 'KeyFileInvalid',
      faults: [{ field: 'sealed.kdf' }],
    });
    writeFileSync(file, '{"v":1,"v":1}');
    expect(left(await readPublicKeys(file)())).toMatchObject({
      _tag: 'KeyFileInvalid',
      faults: [{ field: '(offset 7)' }],
    });
    expect(left(await openKeyStore(`${file}.none`, PASSPHRASE)())._tag).toBe('KeyFileMissing');
    expect(left(await createKeyStore(`${file}.new`, 'short')())).toEqual({ _tag: 'PassphraseTooShort', least: 8 });
  });
});
