import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { VerifyEd25519 } from '../ports.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import type { Malformed } from './malformed.js';
import { type Note, parseNote } from './note.js';
import { type NoteRefusal, openNote, type VerifiedSignature } from './open-note.js';
import { meetsQuorum } from './quorum.js';
import type { VerifierKey } from './verifier-key.js';
import type { PolicyWitness, WitnessPolicy } from './witness-policy.js';

/** A witness saw this checkpoint as the largest of its log at `time` (POSIX seconds). */
export interface Cosignature {
  readonly witness: PolicyWitness;
  readonly time: number;
}

/** A checkpoint that a log of the policy signed and that enough witnesses cosigned. */
export interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  /** Of several log keys that signed it, the one that the policy names first. */
  readonly log: VerifierKey;
  readonly cosignatures: ReadonlyArray<Cosignature>;
}

export type PolicyRefusal =
  | Malformed
  | NoteRefusal
  | { readonly _tag: 'UnknownLog'; readonly origin: string }
  | { readonly _tag: 'LogSignatureMissing'; readonly origin: string }
  | { readonly _tag: 'QuorumMissing'; readonly cosignedBy: ReadonlyArray<string> };

const sameKey = (a: VerifierKey, b: VerifierKey): boolean => a.name === b.name && a.id === b.id;

const cosignaturesOf = (
  policy: WitnessPolicy,
  signatures: ReadonlyArray<VerifiedSignature>,
): ReadonlyArray<Cosignature> =>
  signatures.flatMap(({ key, time }) => {
    const witness = policy.witnesses.find((known) => sameKey(known.key, key));
    return witness === undefined || time === undefined ? [] : [{ witness, time }];
  });

const judge = (
  policy: WitnessPolicy,
  note: Note,
  checkpoint: Checkpoint,
  signatures: ReadonlyArray<VerifiedSignature>,
): E.Either<PolicyRefusal, TrustedCheckpoint> => {
  const { origin } = checkpoint;
  const log = policy.logs.map(({ key }) => key).find((known) => signatures.some(({ key }) => sameKey(known, key)));
  if (log === undefined) return E.left({ _tag: 'LogSignatureMissing', origin });
  const cosignatures = cosignaturesOf(policy, signatures);
  const witnesses = cosignatures.map(({ witness }) => witness);
  return meetsQuorum(policy.quorum, witnesses)
    ? E.right({ checkpoint, note, log, cosignatures })
    : E.left({ _tag: 'QuorumMissing', cosignedBy: witnesses.map(({ name }) => name) });
};

/** Judges a note by a policy. A log counts only for its own origin, which its key is named after. */
export const judgeCheckpoint = (
  verify: VerifyEd25519,
  policy: WitnessPolicy,
  note: Note,
): E.Either<PolicyRefusal, TrustedCheckpoint> =>
  pipe(
    parseCheckpoint(note.text),
    E.flatMap((checkpoint): E.Either<PolicyRefusal, TrustedCheckpoint> => {
      const { origin } = checkpoint;
      const logs = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
      if (logs.length === 0) return E.left({ _tag: 'UnknownLog', origin });
      return pipe(
        openNote(verify, [...logs, ...policy.witnesses.map(({ key }) => key)], note),
        E.flatMap(({ signatures }) => judge(policy, note, checkpoint, signatures)),
      );
    }),
  );

/** Reads a checkpoint with its signatures and judges it. */
export const openByPolicy = (
  verify: VerifyEd25519,
  policy: WitnessPolicy,
  bytes: Uint8Array,
): E.Either<PolicyRefusal, TrustedCheckpoint> =>
  pipe(
    parseNote(bytes),
    E.flatMap((note) => judgeCheckpoint(verify, policy, note)),
  );
