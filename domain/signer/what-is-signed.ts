import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromUtf8, toBase64, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode } from '../encoding/explain.js';
import { parseJson } from '../encoding/json.js';
import { Base64UpTo, Hex, Text } from '../encoding/primitives.js';
import { Envelope } from '../ledger/envelope.js';
import { AUTHORITY_STREAM, type KeyPurpose } from '../ledger/keyring.js';
import type { Canonicalize } from '../ports.js';
import { type Checkpoint, parseCheckpoint } from '../transparency/checkpoint.js';
import { originOf } from '../transparency/origin.js';

/** A key as its signer knows it. `authority`: key id of the founding authority key, whose log and ledger it is for. */
export interface HeldKey {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly authority: string;
}

/** What a message is that a key may sign. */
export type Signed =
  | { readonly _tag: 'Statement' }
  /** Two of one log must not disagree: the signer holds it against what it signed before. */
  | { readonly _tag: 'Checkpoint'; readonly checkpoint: Checkpoint };

type Known = E.Either<string, Signed>;

const STATEMENT: Signed = { _tag: 'Statement' };
const said = (fits: boolean, rule: string): Known => (fits ? E.right(STATEMENT) : E.left(rule));

/** JSON that is spelt in its one canonical way: nothing hides in the spelling. */
const canonical = (canonicalize: Canonicalize, text: string): E.Either<string, unknown> =>
  pipe(
    parseJson(text),
    E.mapLeft(({ rule }) => rule),
    E.filterOrElse(
      (value) => {
        const spelt = canonicalize(value);
        return E.isRight(spelt) && spelt.right === text;
      },
      () => 'must be spelt as RFC 8785 says',
    ),
  );

const UNSIGNED = toBase64(new Uint8Array(64));
const envelope = decode(Envelope);

const event = (canonicalize: Canonicalize, { kid, purpose }: HeldKey, text: string): Known =>
  pipe(
    canonical(canonicalize, text),
    E.flatMap((value) =>
      pipe(
        envelope({ ...(value as object), sig: UNSIGNED }),
        E.mapLeft(() => 'must be an event without its signature'),
      ),
    ),
    E.flatMap((read) =>
      said(
        read.kid === kid && purpose === (read.stream === AUTHORITY_STREAM ? 'authority' : 'event'),
        'must be an event that names this key, in a stream that it signs',
      ),
    ),
  );

const KeyStatement = closed(
  {
    authority: Hex(8),
    kid: Hex(8),
    publicKey: Base64UpTo(32),
    purpose: t.keyof({ authority: null, event: null, token: null, log: null }),
    node: t.union([t.null, Text(64)]),
    replaces: t.union([t.null, Hex(8)]),
  },
  'KeyStatement',
);

const handover =
  (names: 'kid' | 'replaces') =>
  (canonicalize: Canonicalize, key: HeldKey, text: string): Known =>
    pipe(
      canonical(canonicalize, text),
      E.flatMap((value) =>
        pipe(
          decode(KeyStatement)(value),
          E.mapLeft(() => 'must be a statement about a key'),
        ),
      ),
      E.flatMap((read) =>
        said(
          read.authority === key.authority && read.purpose === key.purpose && read[names] === key.kid,
          'must be about a key of this authority and purpose, and this one in it',
        ),
      ),
    );

/** Statements about the ledger that the authority makes with its event key; `authority` or `kid` in them is checked by who reads them. */
const word = (canonicalize: Canonicalize, { kid, purpose }: HeldKey, text: string): Known =>
  pipe(
    canonical(canonicalize, text),
    E.flatMap((value) =>
      said(
        purpose === 'event' && (value as { readonly kid?: unknown } | null)?.kid === kid,
        'must be a statement that names this event key',
      ),
    ),
  );

type Reads = (canonicalize: Canonicalize, key: HeldKey, text: string) => Known;

/** By what a message begins with up to its zero byte. */
const KINDS: ReadonlyMap<string, Reads> = new Map<string, Reads>([
  ['sekisho/event/v1', event],
  ['sekisho/head/v1', word],
  ['sekisho/stream-heads/v1', word],
  ['sekisho/backup/v1', word],
  ['sekisho/key-offer/v1', word],
  ['sekisho/keys-held/v1', word],
  ['sekisho/key-possession/v1', handover('kid')],
  ['sekisho/key-endorsement/v1', handover('replaces')],
]);

const checkpoint = ({ authority }: HeldKey, text: string): Known =>
  pipe(
    parseCheckpoint(text),
    E.mapLeft(({ field, rule }) => `checkpoint: ${field} ${rule}`),
    E.filterOrElse(
      ({ origin }) => origin === originOf(authority),
      () => 'must be a checkpoint of its own log',
    ),
    E.map((read): Signed => ({ _tag: 'Checkpoint', checkpoint: read })),
  );

const base64Url = (text: string): string =>
  toBase64(utf8(text)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** RFC 7515: what is signed is header and payload; the header names this key, and that it is a token of ours. */
const token = ({ kid }: HeldKey, text: string): Known =>
  said(
    text.startsWith(`${base64Url(`{"alg":"EdDSA","kid":"${kid}","typ":"eat+jwt"}`)}.`) && /^[\w-]+\.[\w-]+$/.test(text),
    'must be a token under this key',
  );

/**
 * What a message is, if a key of this purpose may sign it: a signer that signs whatever it is given would be worth no more
 * than the key in a file. Left: why not.
 */
export const whatIsSigned =
  (canonicalize: Canonicalize) =>
  (key: HeldKey, message: Uint8Array): Known => {
    const text = fromUtf8(message);
    if (text === undefined) return E.left('must be UTF-8');
    const zero = text.indexOf('\u0000');
    const reads = KINDS.get(text.slice(0, Math.max(0, zero)));
    if (reads !== undefined) return reads(canonicalize, key, text.slice(zero + 1));
    if (zero >= 0) return E.left('must be of a known kind');
    if (key.purpose === 'log') return checkpoint(key, text);
    return key.purpose === 'token' ? token(key, text) : E.left('must be of a known kind');
  };
