import * as t from 'io-ts';
import { closed, closedWith } from '../encoding/closed.js';
import { Sha256Hex, Text } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';

/** What turned out to be bad. Whatever leaned on it is its blast radius. */
export const Suspect = t.union(
  [
    closed({ kind: t.literal('base-image'), version: Text(128) }, 'SuspectImage'),
    closed({ kind: t.literal('tpm-ca'), name: Text(128) }, 'SuspectTpmCa'),
    closedWith({ kind: t.literal('tpm-maker'), manufacturer: Text(256) }, { model: Text(256) }, 'SuspectTpmMaker'),
    closed({ kind: t.literal('endorsement-key'), publicKeyDigest: Sha256Hex }, 'SuspectEndorsementKey'),
    closed({ kind: t.literal('host'), host: HostId }, 'SuspectHost'),
    closed({ kind: t.literal('operator'), subject: Text(128) }, 'SuspectOperator'),
    closed({ kind: t.literal('signing-key'), kid: Text(64) }, 'SuspectSigningKey'),
  ],
  'Suspect',
);
export type Suspect = t.TypeOf<typeof Suspect>;

/** In what way a verdict, or a release, leaned on it. */
export type Leaning =
  | 'booted-it'
  | 'chain-ends-there'
  | 'tpm-of-that-maker'
  | 'has-that-key'
  | 'is-it'
  | 'image-proposed-by-them'
  | 'image-approved-by-them'
  | 'ca-trusted-by-them'
  | 'key-listed-by-them'
  | 'policy-set-by-them'
  | 'host-enrolled-by-them'
  | 'host-released-by-them'
  | 'signed-by-it';
