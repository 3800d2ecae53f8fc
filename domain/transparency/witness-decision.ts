import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes } from '../encoding/bytes.js';
import { type TreeHead, verifyConsistency } from '../ledger/merkle-proof.js';
import type { Hashing, VerifyEd25519 } from '../ports.js';
import { type AddCheckpoint, parseAddCheckpoint } from './add-checkpoint.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import type { Malformed } from './malformed.js';
import { openNote, type VerifiedSignature } from './open-note.js';
import type { VerifierKey } from './verifier-key.js';

/** Why a witness does not cosign; each has its status in C2SP tlog-witness. */
export type WitnessRefusal =
  | Malformed
  | { readonly _tag: 'OldSizeAboveCheckpoint'; readonly oldSize: number; readonly size: number }
  | { readonly _tag: 'UnknownLog' }
  | { readonly _tag: 'NotSignedByLog' }
  | { readonly _tag: 'OtherSizeKnown'; readonly size: number }
  | { readonly _tag: 'Inconsistent'; readonly rule: string };

/** A request whose checkpoint the log signed. Whether it continues what the witness saw is another question. */
export interface SignedRequest {
  readonly request: AddCheckpoint;
  readonly checkpoint: Checkpoint;
  readonly signatures: ReadonlyArray<VerifiedSignature>;
}

/** The keys trusted for an origin; none for an unknown one. */
export type LogKeys = (origin: string) => ReadonlyArray<VerifierKey>;

const checkSigned = (
  verify: VerifyEd25519,
  keys: ReadonlyArray<VerifierKey>,
  request: AddCheckpoint,
  checkpoint: Checkpoint,
): E.Either<WitnessRefusal, SignedRequest> => {
  if (keys.length === 0) return E.left({ _tag: 'UnknownLog' });
  const opened = openNote(verify, keys, request.note);
  if (E.isLeft(opened)) return E.left({ _tag: 'NotSignedByLog' });
  const [{ oldSize }, { size }] = [request, checkpoint];
  return oldSize > size
    ? E.left({ _tag: 'OldSizeAboveCheckpoint', oldSize, size })
    : E.right({ request, checkpoint, signatures: opened.right.signatures });
};

/** What can be checked without knowing what was cosigned before. */
export const readRequest = (
  verify: VerifyEd25519,
  logKeys: LogKeys,
  body: Uint8Array,
): E.Either<WitnessRefusal, SignedRequest> =>
  pipe(
    parseAddCheckpoint(body),
    E.flatMap((request) =>
      pipe(
        parseCheckpoint(request.note.text),
        E.flatMap((checkpoint) => checkSigned(verify, logKeys(checkpoint.origin), request, checkpoint)),
      ),
    ),
  );

/**
 * Whether the checkpoint continues the one cosigned last (undefined: none yet). MUST be decided and persisted without
 * another decision for the same log between, or a witness rolls back.
 */
export const checkAdvance = (
  hashing: Hashing,
  known: TreeHead | undefined,
  { request: { oldSize, proof }, checkpoint: { size, root } }: SignedRequest,
): E.Either<WitnessRefusal, TreeHead> => {
  const knownSize = known?.size ?? 0;
  if (oldSize !== knownSize) return E.left({ _tag: 'OtherSizeKnown', size: knownSize });
  if (size === 0 && !equalBytes(root, hashing.hash('sha256'))) {
    return E.left({ _tag: 'Inconsistent', rule: 'the root of an empty tree must be the hash of nothing' });
  }
  const older = known ?? { size: 0, root: hashing.hash('sha256') };
  return verifyConsistency(hashing, older, { size, root }, proof)
    ? E.right({ size, root })
    : E.left({ _tag: 'Inconsistent', rule: 'the proof must lead from the checkpoint cosigned last to this one' });
};
