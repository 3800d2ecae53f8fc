import * as t from 'io-ts';
import { closed, closedWith } from '../../domain/encoding/closed.js';
import { Base64UpTo, ListUpTo, SafeInt, Text } from '../../domain/encoding/primitives.js';

/** To the TPM of this host, while these registers are as they were attested; else to the wrapping key in memory. */
const SealTo = closedWith(
  {},
  {
    boundTo: closed(
      { bank: t.keyof({ sha256: null, sha384: null, sha512: null }), pcrs: ListUpTo(SafeInt, 8) },
      'BoundTo',
    ),
  },
  'SealToTpm',
);

const common = { purpose: Text(64), tpm: SealTo };

const GetKey = closedWith(
  {
    operation: t.literal('get'),
    provider: Text(256),
    bytes: t.union([t.literal(16), t.literal(24), t.literal(32), t.literal(64)]),
  },
  common,
  'GetKey',
);
const UnwrapKey = closedWith(
  { operation: t.literal('unwrap'), provider: Text(256), ciphertext: Base64UpTo(8_192) },
  common,
  'UnwrapKey',
);
const WrapKey = closedWith(
  { operation: t.literal('wrap'), provider: Text(256), plaintext: Base64UpTo(4_096) },
  { purpose: Text(64) },
  'WrapKey',
);

const RekeyKey = closedWith(
  { operation: t.literal('rekey'), provider: Text(256), ciphertext: Base64UpTo(8_192) },
  { purpose: Text(64) },
  'RekeyKey',
);

/** What a local program asks the agent for. */
export const KeyRequest = t.union([GetKey, UnwrapKey, WrapKey, RekeyKey]);
export type KeyRequest = t.TypeOf<typeof KeyRequest>;

export interface KeyAnswer {
  readonly keyId: string;
  /** What the key is known by from now on, where it is new. */
  readonly ciphertext: Uint8Array | undefined;
  /** Whoever gets it erases it. */
  readonly key: Uint8Array | undefined;
}
