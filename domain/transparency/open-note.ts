import * as E from 'fp-ts/lib/Either.js';
import { utf8 } from '../encoding/bytes.js';
import type { VerifyEd25519 } from '../ports.js';
import { cosignatureMessage, decodeTimestamped } from './cosignature.js';
import type { Note, NoteSignature } from './note.js';
import type { VerifierKey } from './verifier-key.js';

/** A signature that a known key made over the note's text. `time` (POSIX seconds) is set for cosignatures. */
export interface VerifiedSignature {
  readonly key: VerifierKey;
  readonly time?: number;
  readonly line: NoteSignature;
}

export interface VerifiedNote {
  readonly text: string;
  readonly signatures: ReadonlyArray<VerifiedSignature>;
}

export type NoteRefusal =
  /** Name and id are a known key's, the signature isn't: the whole note is refused (C2SP signed-note, Signatures). */
  | { readonly _tag: 'SignatureInvalid'; readonly name: string; readonly keyId: string }
  | { readonly _tag: 'NoKnownSignature' }
  /** Two trusted keys share name and id, so a signature could not be told to be of either. */
  | { readonly _tag: 'AmbiguousKeys'; readonly name: string; readonly keyId: string };

const verifyLine = (
  verify: VerifyEd25519,
  text: string,
  key: VerifierKey,
  line: NoteSignature,
): VerifiedSignature | undefined => {
  switch (key.type) {
    case 'ed25519':
      return verify(key.publicKey, utf8(text), line.signature) ? { key, line } : undefined;
    case 'cosignature-v1': {
      const stamped = decodeTimestamped(line.signature);
      if (stamped === undefined) return undefined;
      return verify(key.publicKey, cosignatureMessage(stamped.time, text), stamped.signature)
        ? { key, line, time: stamped.time }
        : undefined;
    }
  }
};

const nameOf = (name: string, id: string): string => `${name}+${id}`;

/** Every signature that claims to be of a known key must be one; signatures of unknown keys are ignored. */
export const openNote = (
  verify: VerifyEd25519,
  keys: ReadonlyArray<VerifierKey>,
  note: Note,
): E.Either<NoteRefusal, VerifiedNote> => {
  const known = new Map<string, VerifierKey>();
  for (const key of keys) {
    if (known.has(nameOf(key.name, key.id))) return E.left({ _tag: 'AmbiguousKeys', name: key.name, keyId: key.id });
    known.set(nameOf(key.name, key.id), key);
  }
  const signatures: Array<VerifiedSignature> = [];
  for (const line of note.signatures) {
    const key = known.get(nameOf(line.name, line.keyId));
    if (key === undefined) continue;
    const verified = verifyLine(verify, note.text, key, line);
    if (verified === undefined) return E.left({ _tag: 'SignatureInvalid', name: line.name, keyId: line.keyId });
    signatures.push(verified);
  }
  return signatures.length > 0 ? E.right({ text: note.text, signatures }) : E.left({ _tag: 'NoKnownSignature' });
};
