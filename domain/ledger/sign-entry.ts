import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode, type FieldFault } from '../encoding/explain.js';
import { Text } from '../encoding/primitives.js';
import type { Canonicalize, EventSigner, SignerUnavailable } from '../ports.js';
import {
  type CanonicalHalves,
  canonicalHalves,
  entryText,
  signingInput,
  type UnsignedEnvelope,
} from './canonical-form.js';
import { Actor, Basis, type Envelope, MOST_ENTRY_BYTES, type SignedEntry, StreamId } from './envelope.js';

/** Why an event can't be signed. Nothing was written. */
export type SignFault =
  | SignerUnavailable
  | { readonly _tag: 'EntryNotCanonical'; readonly type: string; readonly rule: string }
  | { readonly _tag: 'EntryOversize'; readonly type: string; readonly size: number; readonly most: number }
  | { readonly _tag: 'EntryInvalid'; readonly type: string; readonly faults: ReadonlyArray<FieldFault> };

export interface SignedEnvelope extends SignedEntry {
  readonly envelope: Envelope;
}

/** What callers give. The rest of an envelope is made by the write path itself, so its form needs no second look. */
const checkGiven = decode(closed({ stream: StreamId, command: Text(64), actor: Actor, basis: Basis }, 'Given'));

const given = ({ stream, command, actor, basis, type }: UnsignedEnvelope): E.Either<SignFault, unknown> =>
  pipe(
    checkGiven({ stream, command, actor, basis }),
    E.mapLeft(({ faults }) => ({ _tag: 'EntryInvalid', type, faults })),
  );

const signable = (canonicalize: Canonicalize, unsigned: UnsignedEnvelope): E.Either<SignFault, CanonicalHalves> =>
  pipe(
    given(unsigned),
    E.flatMap(() => canonicalHalves(canonicalize, unsigned)),
    E.mapLeft(
      (fault): SignFault =>
        typeof fault === 'string' ? { _tag: 'EntryNotCanonical', type: unsigned.type, rule: fault } : fault,
    ),
  );

const signedWith = (
  unsigned: UnsignedEnvelope,
  halves: CanonicalHalves,
  signature: Uint8Array,
): E.Either<SignFault, SignedEnvelope> => {
  const sig = toBase64(signature);
  const bytes = utf8(entryText(halves, sig));
  const size = bytes.length;
  return size > MOST_ENTRY_BYTES
    ? E.left({ _tag: 'EntryOversize', type: unsigned.type, size, most: MOST_ENTRY_BYTES })
    : E.right({ id: unsigned.id, bytes, envelope: { ...unsigned, sig } });
};

/** Signs an event into the bytes that are stored, and refuses what reading would refuse. `unsigned.kid` is the signer's. */
export const signEntry = (
  engines: { readonly canonicalize: Canonicalize; readonly signer: EventSigner },
  unsigned: UnsignedEnvelope,
): TE.TaskEither<SignFault, SignedEnvelope> => {
  const halves = signable(engines.canonicalize, unsigned);
  return E.isLeft(halves)
    ? TE.left(halves.left)
    : pipe(
        engines.signer.sign(signingInput(halves.right)),
        TE.flatMapEither((signature) => signedWith(unsigned, halves.right, signature)),
      );
};
