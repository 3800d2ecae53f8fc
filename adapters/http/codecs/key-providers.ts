import * as t from 'io-ts';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Base64UpTo, ListUpTo, SafeInt, Text } from '../../../domain/encoding/primitives.js';
import { ProviderId } from '../../../domain/key-provider/provider-id.js';
import { KeyServer, ProviderKind, ReleasePolicy, Serves } from '../../../domain/key-provider/settings.js';
import { Pem } from '../../text/pem-text.js';
import { AsOf } from './answers.js';
import { Act, ReasonedAct } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

export const ProviderPath = closed({ id: ProviderId }, 'ProviderPath');

/** Settings that are not given are as they were, or as they are by default. */
const settings = {
  description: orNull(Text(512)),
  proxy: orNull(Text(256)),
  connectionTimeoutSeconds: SafeInt,
  username: orNull(Text(256)),
  primaryKeyMayLeave: t.boolean,
  serves: Serves,
  release: ReleasePolicy,
};

export const CreateKeyProvider = closedWith(
  { id: ProviderId, kind: ProviderKind },
  { ...settings, servers: ListUpTo(KeyServer, 16), primaryKey: Text(128) },
  'CreateKeyProvider',
);

export const ChangeKeyProvider = closedWith({}, settings, 'ChangeKeyProvider');

export const ServerPath = closed({ id: ProviderId, name: Text(128) }, 'ServerPath');

/** One that is there already, or a name for a new one that the key server makes. */
export const ChangePrimaryKey = t.refinement(
  closedWith({}, { primaryKey: Text(128), create: Text(128) }, 'ChangePrimaryKey'),
  ({ primaryKey, create }) => (primaryKey === undefined) !== (create === undefined),
  'ChangePrimaryKey(exactly one of primaryKey, create)',
);

export const PrimaryKeyPath = closed({ id: ProviderId, key: Text(128) }, 'PrimaryKeyPath');

export const RevokePrimaryKey = closedWith({ reason: Text(512) }, { compromised: t.boolean }, 'RevokePrimaryKey');

/** `force`: although keys are lost with it. */
export const DestroyPrimaryKey = closedWith({ reason: Text(512) }, { force: t.boolean }, 'DestroyPrimaryKey');

export const SetCredential = closed({ credential: Base64UpTo(1024) }, 'SetCredential');

export const ReplaceClientCertificate = closedWith(
  { certificate: Pem },
  { privateKey: Pem },
  'ReplaceClientCertificate',
);

export const TrustPeerCertificates = closed({ certificates: ListUpTo(Pem, 64) }, 'TrustPeerCertificates');

export const PeerCertificatesAnswer = t.type(
  {
    certificates: t.readonlyArray(t.type({ server: t.string, sha256: t.string, trusted: t.boolean, pem: t.string })),
  },
  'PeerCertificatesAnswer',
);

const ServerHealthView = t.type({
  server: t.string,
  health: t.string,
  clientTrustsServer: orNull(t.boolean),
  serverTrustsClient: orNull(t.boolean),
  faults: t.readonlyArray(t.string),
});

const ended = {
  end: orNull(t.keyof({ revoked: null, compromised: null, destroyed: null })),
  revoked: orNull(ReasonedAct),
  destroyed: orNull(t.intersection([ReasonedAct, t.type({ keysInUse: t.number })])),
  confirmed: orNull(Act),
};

/** Every primary key that a provider had. */
export const PrimaryKeysAnswer = t.type(
  {
    asOf: AsOf,
    primaryKeys: t.readonlyArray(
      t.type({ primaryKey: t.string, current: t.boolean, keys: t.number, keysInUse: t.number, ...ended }),
    ),
  },
  'PrimaryKeysAnswer',
);

export const KeyProviderView = t.type(
  {
    provider: t.string,
    kind: t.string,
    settings: t.type({
      description: orNull(t.string),
      proxy: orNull(t.string),
      connectionTimeoutSeconds: t.number,
      username: orNull(t.string),
      primaryKeyMayLeave: t.boolean,
      serves: t.union([t.string, t.readonlyArray(t.string)]),
      release: t.type({
        tokenUses: orNull(t.number),
        requireWitnessedVerdict: t.boolean,
        purposes: t.readonlyArray(t.string),
      }),
    }),
    servers: t.readonlyArray(t.type({ name: t.string, address: t.string })),
    primaryKey: orNull(t.string),
    primaryKeyChanged: orNull(Act),
    formerPrimaryKeys: t.readonlyArray(t.string),
    endedPrimaryKeys: t.readonlyArray(t.type({ primaryKey: t.string, ...ended })),
    clientCertificate: orNull(
      t.type({
        certificate: t.string,
        subject: t.string,
        notBefore: t.string,
        notAfter: t.string,
        issued: Act,
      }),
    ),
    /** A request that no certificate came for yet; the bytes are evidence by this digest. */
    request: orNull(t.type({ request: t.string, subject: t.string, issued: Act })),
    trustedPeers: t.readonlyArray(t.type({ sha256: t.string, subject: t.string, notAfter: t.string })),
    peersTrusted: orNull(Act),
    credentialSet: orNull(Act),
    health: t.string,
    healthSince: t.string,
    serverHealth: t.readonlyArray(ServerHealthView),
    created: Act,
    changed: Act,
    removed: orNull(ReasonedAct),
  },
  'KeyProviderView',
);
export type KeyProviderView = t.TypeOf<typeof KeyProviderView>;

export const KeyProvidersAnswer = t.type(
  { asOf: AsOf, keyProviders: t.readonlyArray(KeyProviderView) },
  'KeyProvidersAnswer',
);

/** Certificate and request as PEM, for the key server's administrator. */
export const KeyProviderAnswer = t.type(
  {
    asOf: AsOf,
    keyProvider: KeyProviderView,
    certificatePem: orNull(t.string),
    requestPem: orNull(t.string),
  },
  'KeyProviderAnswer',
);
export type KeyProviderAnswer = t.TypeOf<typeof KeyProviderAnswer>;
