import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64, utf8 } from '../encoding/bytes.js';
import type { Keyring } from '../ledger/keyring.js';
import type { EntryEngines } from '../ledger/ledger.js';
import type { Canonicalize, EventSigner, SignerUnavailable } from '../ports.js';
import type { HandOverMessage, KeyOffer, KeysHeld } from './messages.js';

type Unsigned<M extends HandOverMessage> = Omit<M, 'sig' | 'kid'>;
export type UnsignedMessage = Unsigned<KeyOffer> | Unsigned<KeysHeld>;

const LABELS = { KeyOffer: 'sekisho/key-offer/v1', KeysHeld: 'sekisho/keys-held/v1' } as const;

const inputOf = (
  canonicalize: Canonicalize,
  message: UnsignedMessage & { readonly kid: string },
): E.Either<string, Uint8Array> =>
  pipe(
    canonicalize(message),
    E.map((text) => utf8(`${LABELS[message.type]}\u0000${text}`)),
  );

/** Signs with the event key of the node that says it. */
export const signMessage = (
  { canonicalize, signer }: { readonly canonicalize: Canonicalize; readonly signer: EventSigner },
  message: UnsignedMessage,
): TE.TaskEither<SignerUnavailable, HandOverMessage> => {
  const named = { ...message, kid: signer.kid };
  return pipe(
    TE.fromEither(inputOf(canonicalize, named)),
    TE.mapLeft((detail): SignerUnavailable => ({ _tag: 'SignerUnavailable', detail })),
    TE.flatMap(signer.sign),
    TE.map((signature) => ({ ...named, sig: toBase64(signature) })),
  );
};

/** Whether the event key that it names signed it, for this authority. That key may have ended since. */
export const isGenuine = (
  engines: Pick<EntryEngines, 'canonicalize' | 'verifyEd25519'>,
  authority: string,
  keyring: Keyring,
  { sig, ...message }: HandOverMessage,
): boolean => {
  const key = keyring.get(message.kid);
  if (key?.purpose !== 'event' || message.authority !== authority) return false;
  const input = inputOf(engines.canonicalize, message);
  return E.isRight(input) && engines.verifyEd25519(key.publicKey, input.right, fromBase64(sig));
};
