import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { naclVerifyEd25519 } from '../../../adapters/crypto/nacl/ed25519.js';
import { seal } from '../../../adapters/crypto/nacl/sealed-by-passphrase.js';
import { addKey, bringInLine, changePassphrase, exportKeys } from '../../../adapters/key-store/change-keys.js';
import { createKeyStore, openKeyStore, readPublicKeys } from '../../../adapters/key-store/key-store.js';
import { signingKeyOf } from '../../../adapters/key-store/signing-key.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PASSPHRASE = 'correct horse battery';

const made = async () => {
  const file = join(temporaryFolder(), 'keys.json');
  return { file, store: right(await createKeyStore(file, PASSPHRASE)()) };
};

interface Stored {
  keys: Array<Record<string, string>>;
  sealed: Record<string, string>;
}

/** As `createKeyStore` wrote it before keys could follow each other. */
const firstVersion = async () => {
  const file = join(temporaryFolder(), 'keys.json');
  const kinds = ['authority', 'event', 'token', 'log'] as const;
  const seeds = kinds.map((_, i) => Buffer.alloc(32, i + 1).toString('base64'));
  const named = seeds.map((seed) => signingKeyOf(seed)!.named);
  const secrets = { ...Object.fromEntries(kinds.map((kind, i) => [kind, seeds[i]])), challenge: seeds[0] };
  const sealed = await seal(PASSPHRASE, new TextEncoder().encode(JSON.stringify(secrets)));
  const publicKeys = Object.fromEntries(kinds.map((kind, i) => [kind, named[i]]));
  writeFileSync(file, JSON.stringify({ v: 1, publicKeys, sealed }), { mode: 0o600 });
  return { file, kids: named.map(({ kid }) => kid) };
};

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
    edit(file, ({ keys }) => {
      keys[1]!['publicKey'] = keys[3]!['publicKey']!;
    });
    expect(left(await openKeyStore(file, PASSPHRASE)())).toEqual({ _tag: 'KeySelfCheckFailed', kind: 'event' });
  });

  it('opens what the first version of this program wrote, and keeps it in the new form when it changes', async () => {
    const { file, kids } = await firstVersion();
    const opened = right(await openKeyStore(file, PASSPHRASE)());
    expect(Object.values(opened.publicKeys).map(({ kid }) => kid)).toEqual(kids);
    expect(opened.keys.map(({ pending, node }) => [pending, node])).toEqual(kids.map(() => [false, null]));
    expect(right(await readPublicKeys(file)())).toEqual(opened.publicKeys);
    const added = right(await addKey({ file, passphrase: PASSPHRASE }, 'event', null)());
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ v: 2 });
    const again = right(await openKeyStore(file, PASSPHRASE)());
    expect(again.keys.map(({ kid }) => kid)).toEqual([...kids, added.key.kid]);
    expect(again.challengeKey).toEqual(opened.challengeKey);
    expect([...kids, added.key.kid].every((kid) => again.signerOf(kid)?.kid === kid)).toBe(true);
  });

  it('does not count a new key before the ledger has it', async () => {
    const { file, store } = await made();
    const place = { file, passphrase: PASSPHRASE };
    const { key } = right(await addKey(place, 'log', null)());
    expect(right(await readPublicKeys(file)())).toEqual(store.publicKeys);
    const word = { introduced: (kid: string) => kid === key.kid, ended: () => false };
    right(await bringInLine(place, word)());
    expect(right(await readPublicKeys(file)()).log.kid).toBe(key.kid);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('loses no key to another change at the same time', async () => {
    const { file } = await made();
    const place = { file, passphrase: PASSPHRASE };
    const added = await Promise.all(
      ['log', 'token', 'event'].map((purpose) => addKey(place, purpose as 'log', null)()),
    );
    const opened = right(await openKeyStore(file, PASSPHRASE)());
    expect(added.map((each) => opened.signerOf(right(each).key.kid)?.kid)).toEqual(
      added.map((each) => right(each).key.kid),
    );
  });

  it('makes room by no longer naming keys that ended, and takes no more keys than it can read again', async () => {
    const { file, store } = await made();
    const place = { file, passphrase: PASSPHRASE };
    const content = JSON.parse(readFileSync(file, 'utf8')) as { keys: Array<{ kid: string; pending: boolean }> };
    const [first] = content.keys;
    const ended = Array.from({ length: 44 }, (_, i) => ({ ...first, kid: i.toString(16).padStart(16, '0') }));
    writeFileSync(file, JSON.stringify({ ...content, keys: [...ended, ...content.keys] }));
    const { key } = right(await addKey(place, 'log', null)());
    const kids = right(await openKeyStore(file, PASSPHRASE)()).keys.map(({ kid }) => kid);
    expect(kids).toHaveLength(48);
    expect(kids).toEqual([...ended.slice(1).map(({ kid }) => kid), ...store.keys.map(({ kid }) => kid), key.kid]);
    const full = ended.map((each) => ({ ...each, pending: true }));
    const before = JSON.stringify({ ...content, keys: [...full, ...content.keys] });
    writeFileSync(file, before);
    expect(left(await addKey(place, 'log', null)())._tag).toBe('KeyFileInvalid');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('forgets the secret of a key that ended, and still names the key', async () => {
    const { file, store } = await made();
    const { kid } = store.publicKeys.event;
    const word = { introduced: () => true, ended: (each: string) => each === kid };
    right(await bringInLine({ file, passphrase: PASSPHRASE }, word)());
    const opened = right(await openKeyStore(file, PASSPHRASE)());
    expect(opened.signerOf(kid)).toBeUndefined();
    expect(opened.publicKeys).toEqual(store.publicKeys);
    expect(left(await opened.signer('event').sign(new Uint8Array(1))())._tag).toBe('SignerUnavailable');
  });

  it('moves the authority key into a file of its own, which alone opens with its own passphrase', async () => {
    const { file, store } = await made();
    const { kid } = store.publicKeys.authority;
    const out = { file: `${file}.authority`, passphrase: 'another passphrase' };
    right(await exportKeys({ file, passphrase: PASSPHRASE }, out, [kid])());
    expect(right(await openKeyStore(file, PASSPHRASE)()).signerOf(kid)).toBeUndefined();
    expect(left(await openKeyStore(out.file, PASSPHRASE)())._tag).toBe('PassphraseWrong');
    const apart = right(await openKeyStore(out.file, out.passphrase)());
    expect([apart.signerOf(kid)?.kid, apart.keys.length]).toEqual([kid, 1]);
    expect(left(await exportKeys({ file, passphrase: PASSPHRASE }, { ...out, file: `${file}.2` }, [kid])())).toEqual({
      _tag: 'KeyNotHeld',
      file,
      kid,
    });
  });

  it('opens with the new passphrase only once that was changed, and a refused change changes nothing', async () => {
    const { file, store } = await made();
    const place = { file, passphrase: PASSPHRASE };
    expect(left(await changePassphrase({ file, passphrase: 'not the one' }, 'whatever it is')())._tag).toBe(
      'PassphraseWrong',
    );
    expect(left(await changePassphrase(place, 'short')())._tag).toBe('PassphraseTooShort');
    expect(right(await openKeyStore(file, PASSPHRASE)()).publicKeys).toEqual(store.publicKeys);
    right(await changePassphrase(place, 'whatever it is')());
    expect(left(await openKeyStore(file, PASSPHRASE)())._tag).toBe('PassphraseWrong');
    expect(right(await openKeyStore(file, 'whatever it is')()).challengeKey).toEqual(store.challengeKey);
  });

  it('names the field of a file that is no key file, and a file that is not there', async () => {
    const { file } = await made();
    edit(file, ({ sealed }) => {
      sealed['kdf'] = 'scrypt-2-1-1';
    });
    expect(left(await openKeyStore(file, PASSPHRASE)())).toMatchObject({
      _tag: 'KeyFileInvalid',
      faults: expect.arrayContaining([expect.objectContaining({ field: 'sealed.kdf' })]),
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
