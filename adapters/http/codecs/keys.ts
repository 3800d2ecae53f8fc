import * as t from 'io-ts';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Base64UpTo, ListUpTo, SafeInt, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { ProviderId } from '../../../domain/key-provider/provider-id.js';
import { TokenKind } from '../../../domain/token/token-kind.js';
import { AsOf } from './answers.js';
import { IssuedTokens, Reason } from './attestations.js';
import { Act, ReasonedAct } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const Structure = Base64UpTo(4096);

/** A decryption key in the host's TPM, and what its AK says of it (TPM2_Certify). */
export const TpmKey = closedWith(
  { publicArea: Structure, attest: Structure, signature: Structure },
  {
    boundTo: closed(
      { bank: t.keyof({ sha256: null, sha384: null, sha512: null }), pcrs: ListUpTo(SafeInt, 8) },
      'BoundToPcrs',
    ),
  },
  'TpmKey',
);

const purpose = { purpose: Text(64) };

export const GenerateKey = closedWith(
  { bytes: t.union([t.literal(16), t.literal(24), t.literal(32), t.literal(64)]) },
  { ...purpose, tpmKey: TpmKey },
  'GenerateKey',
);
export const EncryptKey = closedWith({ plaintext: Base64UpTo(4096) }, purpose, 'EncryptKey');
export const DecryptKey = closedWith({ ciphertext: Base64UpTo(8192) }, { ...purpose, tpmKey: TpmKey }, 'DecryptKey');
export const RekeyKey = closedWith({ ciphertext: Base64UpTo(8192) }, purpose, 'RekeyKey');

/** Bytes in base64. `sealed` opens with the host's key alone; docs/keys.md says how. */
export const ReleasedKey = t.type(
  {
    release: t.string,
    keyId: t.string,
    ciphertext: orNull(t.string),
    sealed: orNull(
      t.union([
        t.type({
          v: t.literal(1),
          to: t.literal('wrapping-key'),
          ephemeralKey: t.string,
          nonce: t.string,
          box: t.string,
        }),
        t.type({ v: t.literal(1), to: t.literal('tpm-key'), encrypted: t.string }),
      ]),
    ),
    index: t.number,
  },
  'ReleasedKey',
);
export type ReleasedKey = t.TypeOf<typeof ReleasedKey>;

export const RenewTokens = closedWith({}, { kinds: ListUpTo(TokenKind, 2) }, 'RenewTokens');
export const TokensAnswer = t.type({ tokens: IssuedTokens }, 'TokensAnswer');

/** What a host is told of its own access. */
export const HostAccessAnswer = t.type(
  {
    host: t.string,
    allowed: t.boolean,
    reasons: t.readonlyArray(Reason),
    /** Of the keys that it asked about: what nobody gets any more. */
    revokedKeys: t.readonlyArray(t.string),
  },
  'HostAccessAnswer',
);
export type HostAccessAnswer = t.TypeOf<typeof HostAccessAnswer>;

export const KeyPath = closed({ id: Sha256Hex }, 'KeyPath');

export const RegisterKey = closed(
  { id: Sha256Hex, provider: ProviderId, primaryKey: Text(128), reason: Text(512) },
  'RegisterKey',
);

const Mark = t.type({ index: t.number, time: t.string });

export const KeyView = t.type(
  {
    key: t.string,
    provider: t.string,
    primaryKey: t.string,
    origin: t.string,
    host: orNull(t.string),
    created: Act,
    rekeyedAs: t.readonlyArray(t.string),
    revoked: orNull(ReasonedAct),
    /** `usable`, or what keeps everybody from it: its revocation, or that of the primary key. */
    state: t.string,
  },
  'KeyView',
);

const Delivery = t.type(
  {
    host: t.string,
    key: t.string,
    /** Of the key, as in the list of keys. */
    state: t.string,
    provider: t.string,
    first: Mark,
    last: Mark,
    count: t.number,
    operation: t.string,
    purpose: orNull(t.string),
    release: t.string,
    verdict: t.type({ index: t.number, revision: t.number }),
  },
  'Holding',
);

const page = { nextCursor: orNull(t.number) };

export const KeysAnswer = t.type({ asOf: AsOf, keys: t.readonlyArray(KeyView), ...page }, 'KeysAnswer');
export const KeyAnswer = t.type({ asOf: AsOf, key: KeyView, holders: t.readonlyArray(Delivery) }, 'KeyAnswer');
export const KeyLedgerAnswer = t.type({ asOf: AsOf, holdings: t.readonlyArray(Delivery), ...page }, 'KeyLedgerAnswer');

export const KeyAccessAnswer = t.type(
  {
    asOf: AsOf,
    access: t.readonlyArray(
      t.type({
        host: t.string,
        provider: t.string,
        allowed: t.boolean,
        reasons: t.readonlyArray(t.string),
        until: orNull(t.string),
      }),
    ),
    ...page,
  },
  'KeyAccessAnswer',
);

/** RFC 7517. */
export const KeySet = t.type({ keys: t.readonlyArray(t.UnknownRecord) }, 'KeySet');
