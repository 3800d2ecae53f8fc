import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64, toBase64, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import { StreamId } from '../ledger/envelope.js';
import type { Keyring } from '../ledger/keyring.js';
import type { EntryEngines } from '../ledger/ledger.js';
import type { Canonicalize, EventSigner, SignerUnavailable } from '../ports.js';

export const MOST_HEADS = 64;

/** Where a stream ends. */
export const StreamHead = closed({ stream: StreamId, revision: SafeInt, leaf: Sha256Hex }, 'StreamHead');
export type StreamHead = t.TypeOf<typeof StreamHead>;

/**
 * The authority's word that these were the last events of their streams among the first `size` entries. A chain proves that
 * nothing is missing before its last event, and no chain can prove that it was the last: here somebody answers for that.
 * Whoever finds a later event of such a stream at an index below `size` holds the proof that the authority lied.
 */
export const StreamHeads = closed(
  {
    v: t.literal(1),
    origin: Text(256),
    size: SafeInt,
    root: Sha256Hex,
    at: Instant,
    heads: ListUpTo(StreamHead, MOST_HEADS),
    kid: Text(64),
    sig: Base64UpTo(64),
  },
  'StreamHeads',
);
export type StreamHeads = t.TypeOf<typeof StreamHeads>;

export type HeadsFault =
  | { readonly _tag: 'HeadsKeyUnknown'; readonly kid: string }
  | { readonly _tag: 'HeadsSignatureInvalid'; readonly kid: string }
  /** It is about another log, size or root than the checkpoint's. */
  | { readonly _tag: 'HeadsOfAnotherTree'; readonly size: number };

const SIGNING_PREFIX = 'sekisho/stream-heads/v1\u0000';

const signingInput = (
  canonicalize: Canonicalize,
  { v, origin, size, root, at, heads, kid }: Omit<StreamHeads, 'sig'>,
): E.Either<string, Uint8Array> =>
  pipe(
    canonicalize({ v, origin, size, root, at, heads, kid }),
    E.map((text) => utf8(`${SIGNING_PREFIX}${text}`)),
  );

/** Signed with the event key, whose word the entries themselves are. */
export const signStreamHeads = (
  engines: { readonly canonicalize: Canonicalize; readonly signer: EventSigner },
  stated: Pick<StreamHeads, 'origin' | 'size' | 'root' | 'at' | 'heads'>,
): TE.TaskEither<string | SignerUnavailable, StreamHeads> => {
  const statement = { v: 1 as const, ...stated, kid: engines.signer.kid };
  return pipe(
    TE.fromEither(signingInput(engines.canonicalize, statement)),
    TE.flatMap((input): TE.TaskEither<string | SignerUnavailable, Uint8Array> => engines.signer.sign(input)),
    TE.map((signature) => ({ ...statement, sig: toBase64(signature) })),
  );
};

/** By an event key that was in use at this size: introduced by an entry before it, and not retired by one. */
export const verifyStreamHeads = (
  engines: EntryEngines,
  keyring: Keyring,
  heads: StreamHeads,
): E.Either<HeadsFault, StreamHeads> => {
  const { kid, size } = heads;
  const key = keyring.get(kid);
  if (key?.purpose !== 'event' || key.from >= size || (key.until !== null && key.until < size)) {
    return E.left({ _tag: 'HeadsKeyUnknown', kid });
  }
  const input = signingInput(engines.canonicalize, heads);
  return E.isRight(input) && engines.verifyEd25519(key.publicKey, input.right, fromBase64(heads.sig))
    ? E.right(heads)
    : E.left({ _tag: 'HeadsSignatureInvalid', kid });
};
