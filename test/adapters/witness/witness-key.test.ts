import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWitnessKey, openWitnessKey } from '../../../adapters/witness/witness-key.js';
import { openNote } from '../../../domain/transparency/open-note.js';
import { cosignNote } from '../../../domain/transparency/sign-note.js';
import { parseVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { left, right } from '../../support/ledger.js';
import { noteEngines } from '../../support/note-signers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const NAME = 'witness.example/w';
const newFile = (): string => join(temporaryFolder(), 'witness.json');

describe('a witness key', () => {
  it('cosigns under its vkey after it was written and opened', async () => {
    const file = newFile();
    const { vkey } = right(await createWitnessKey(file, NAME, 'correct horse')());
    const key = right(await openWitnessKey(file, 'correct horse')());
    expect(key.vkey).toBe(vkey);
    const line = right(await cosignNote(noteEngines, key.signer)('text\n', 7)());
    const verifier = right(parseVerifierKey(noteEngines.hashing, vkey));
    expect(
      right(openNote(noteEngines.verifyEd25519, [verifier], { text: 'text\n', signatures: [line] })).signatures,
    ).toHaveLength(1);
  });

  it('is for its owner only, sealed, and never written over', async () => {
    const file = newFile();
    right(await createWitnessKey(file, NAME, 'correct horse')());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(left(await createWitnessKey(file, NAME, 'correct horse')())).toMatchObject({
      _tag: 'WitnessKeyUnavailable',
      code: 'EEXIST',
    });
    expect(left(await openWitnessKey(file, 'wrong horse')())._tag).toBe('PassphraseWrong');
  });

  it('refuses bad names and short passphrases before anything is written', async () => {
    const file = newFile();
    expect(left(await createWitnessKey(file, 'a name', 'correct horse')())._tag).toBe('WitnessNameInvalid');
    expect(left(await createWitnessKey(file, NAME, 'short')())._tag).toBe('PassphraseTooShort');
    expect(left(await openWitnessKey(file, 'correct horse')())).toMatchObject({ code: 'ENOENT' });
  });

  it('is refused when its file was edited', async () => {
    const file = newFile();
    right(await createWitnessKey(file, NAME, 'correct horse')());
    const text = readFileSync(file, 'utf8');
    for (const changed of [
      text.replace('"name": "witness', '"name": "wITness'),
      text.replace('"v": 1', '"v": 2'),
      text.slice(0, -9),
      '{}',
    ]) {
      writeFileSync(file, changed);
      expect(left(await openWitnessKey(file, 'correct horse')())._tag).toBe('WitnessKeyInvalid');
    }
  });
});
