import * as t from 'io-ts';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import { Scope } from '../../../domain/access/scope.js';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { POLICY_RULES } from '../../../domain/appraisal/policy.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { ListUpTo, SafeInt, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { Recording } from '../../../domain/guard/events.js';
import { HostId } from '../../../domain/host/host-id.js';
import { ProviderId } from '../../../domain/key-provider/provider-id.js';
import { KeyServer, ProviderKind, ReleasePolicy, Serves } from '../../../domain/key-provider/settings.js';
import { Subject } from '../../access/tokens.js';
import { ApprovalPolicy } from '../../http/codecs/approvals.js';
import { hasOneKey, ListTpmModel } from '../../http/codecs/reference.js';
import { PemOrFile } from './pem-or-file.js';
import { SiteCluster } from './site-cluster.js';
import { SitePrincipal, SiteTokenIssuer } from './site-issuers.js';

const FileName = Text(4096);
const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

export const SiteOperator = closedWith(
  { subject: Subject, role: OperatorRole },
  { person: Subject, scope: Scope },
  'SiteOperator',
);

/** Which answers of the guard are kept, and why; how many of each asker is a setting of the server. */
export const SiteGuard = closedWith({ record: Recording }, { reason: Text(512) }, 'SiteGuard');

/** Rules that are not given stay as they are. */
export const SitePolicy = closedWith({}, POLICY_RULES, 'SitePolicy');

export const SiteTpmCa = closed({ name: Text(128), chain: PemOrFile }, 'SiteTpmCa');

export const SiteEndorsementKey = t.refinement(
  closedWith(
    { name: Text(128) },
    { certificate: PemOrFile, publicKey: PemOrFile, publicKeyDigest: Sha256Hex },
    'SiteEndorsementKey',
  ),
  hasOneKey,
  'SiteEndorsementKey(exactly one of certificate, publicKey, publicKeyDigest)',
);

export const SiteBaseImage = t.refinement(
  closedWith({}, { file: FileName, image: BaseImage }, 'SiteBaseImage'),
  ({ file, image }) => (file === undefined) !== (image === undefined),
  'SiteBaseImage(exactly one of file, image)',
);

const PrimaryKey = t.refinement(
  closedWith({}, { create: Text(128), id: Text(128) }, 'SitePrimaryKey'),
  ({ create, id }) => (create === undefined) !== (id === undefined),
  'SitePrimaryKey(exactly one of create, id)',
);

/** Secrets are never in the file: it names the files that they are read from. */
const ClientCertificate = t.union([
  t.literal('self-signed'),
  closedWith({ certificate: PemOrFile }, { privateKeyFile: FileName }, 'SiteClientCertificate'),
]);

export const SiteKeyProvider = closedWith(
  { id: ProviderId, kind: ProviderKind },
  {
    description: orNull(Text(512)),
    proxy: orNull(Text(256)),
    connectionTimeoutSeconds: SafeInt,
    username: orNull(Text(256)),
    primaryKeyMayLeave: t.boolean,
    serves: Serves,
    release: ReleasePolicy,
    servers: ListUpTo(KeyServer, 16),
    primaryKey: PrimaryKey,
    credentialFile: FileName,
    clientCertificate: ClientCertificate,
    trustedPeers: ListUpTo(PemOrFile, 64),
  },
  'SiteKeyProvider',
);

export const SiteHost = closedWith({ id: HostId }, { displayName: Text(256), endorsementKey: Sha256Hex }, 'SiteHost');

/** A whole authority in one file. What a section does not name is not in the file; a section that is not there says nothing. */
export const Site = closedWith(
  { site: t.literal(1) },
  {
    operators: ListUpTo(SiteOperator, 1000),
    tokenIssuers: ListUpTo(SiteTokenIssuer, 64),
    principals: ListUpTo(SitePrincipal, 256),
    policy: SitePolicy,
    guard: SiteGuard,
    tpmCas: ListUpTo(SiteTpmCa, 1000),
    endorsementKeys: ListUpTo(SiteEndorsementKey, 100_000),
    tpmModels: ListUpTo(ListTpmModel, 10_000),
    baseImages: ListUpTo(SiteBaseImage, 1000),
    keyProviders: ListUpTo(SiteKeyProvider, 1000),
    hosts: ListUpTo(SiteHost, 100_000),
    clusters: ListUpTo(SiteCluster, 1000),
    approvals: ApprovalPolicy,
  },
  'Site',
);
export type Site = t.TypeOf<typeof Site>;
