import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { equalBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode, type FieldFault } from '../encoding/explain.js';
import { parseJson } from '../encoding/json.js';
import { Base64UpTo, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import type { Canonicalize, EventSigner, Hashing, SignerUnavailable } from '../ports.js';
import type { Keyring } from './keyring.js';
import type { EntryEngines } from './ledger.js';
import { type Frontier, rootOf } from './merkle.js';

/**
 * How much of the store there was at a time, kept apart from the store: entries cut off at its end show against it.
 * `frontier` is the tree's right edge; the signed `root` covers it.
 */
export const Head = closed(
  {
    v: t.literal(1),
    size: SafeInt,
    root: Sha256Hex,
    frontier: ListUpTo(Sha256Hex, 53),
    at: Instant,
    kid: Text(64),
    sig: Base64UpTo(64),
  },
  'Head',
);
export type Head = t.TypeOf<typeof Head>;

export type HeadFault =
  | { readonly _tag: 'HeadUnreadable'; readonly faults: ReadonlyArray<FieldFault> }
  | { readonly _tag: 'HeadKeyUnknown'; readonly kid: string }
  | { readonly _tag: 'HeadSignatureInvalid'; readonly kid: string }
  | { readonly _tag: 'HeadFrontierMismatch'; readonly size: number }
  /** The store holds fewer entries than a head says it held: some were cut off, or an old copy was put back. */
  | { readonly _tag: 'StoreTruncated'; readonly head: number; readonly store: number }
  /** The first `size` entries are others than those that the head was made over. */
  | { readonly _tag: 'HeadRootMismatch'; readonly size: number };

const SIGNING_PREFIX = 'sekisho/head/v1\u0000';

const signingInput = (
  canonicalize: Canonicalize,
  { at, kid, root, size }: Omit<Head, 'sig' | 'frontier'>,
): E.Either<string, Uint8Array> =>
  pipe(
    canonicalize({ at, kid, root, size, v: 1 }),
    E.map((text) => utf8(`${SIGNING_PREFIX}${text}`)),
  );

/** States the size and root of the store at a time, signed with the event key. */
export const signHead = (
  engines: { readonly hashing: Hashing; readonly canonicalize: Canonicalize; readonly signer: EventSigner },
  frontier: Frontier,
  at: string,
): TE.TaskEither<string | SignerUnavailable, Head> => {
  const { size, roots } = frontier;
  const { kid } = engines.signer;
  const stated = { v: 1 as const, size, root: toHex(rootOf(engines.hashing, frontier)), at, kid };
  return pipe(
    TE.fromEither(signingInput(engines.canonicalize, stated)),
    TE.flatMap((input): TE.TaskEither<string | SignerUnavailable, Uint8Array> => engines.signer.sign(input)),
    TE.map((signature) => ({ ...stated, frontier: roots.map(toHex), sig: toBase64(signature) })),
  );
};

const bitsIn = (size: number): number => {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
};

/** The tree's right edge as the head has it; its root was signed. */
export const frontierOf = ({ size, frontier }: Head): Frontier => ({ size, roots: frontier.map(fromHex) });

/** Checks the signature by an event key, in use or retired behind what the head covers, and that root and frontier agree. */
export const verifyHead = (engines: EntryEngines, keyring: Keyring, head: Head): E.Either<HeadFault, Head> => {
  const { kid, size, root } = head;
  const key = keyring.get(kid);
  if (key?.purpose !== 'event' || (key.until !== null && size > key.until + 1))
    return E.left({ _tag: 'HeadKeyUnknown', kid });
  const input = signingInput(engines.canonicalize, head);
  if (E.isLeft(input) || !engines.verifyEd25519(key.publicKey, input.right, fromBase64(head.sig))) {
    return E.left({ _tag: 'HeadSignatureInvalid', kid });
  }
  return head.frontier.length === bitsIn(size) && equalBytes(rootOf(engines.hashing, frontierOf(head)), fromHex(root))
    ? E.right(head)
    : E.left({ _tag: 'HeadFrontierMismatch', size });
};

/** Reads the text of a head. Nothing vouches for it before `verifyHead`. */
export const parseHead = (text: string): E.Either<HeadFault, Head> =>
  pipe(
    parseJson(text),
    E.mapLeft(({ at, rule }) => [{ field: `(offset ${String(at)})`, rule }]),
    E.flatMap((value) =>
      pipe(
        decode(Head)(value),
        E.mapLeft(({ faults }) => faults),
      ),
    ),
    E.mapLeft((faults): HeadFault => ({ _tag: 'HeadUnreadable', faults })),
  );
