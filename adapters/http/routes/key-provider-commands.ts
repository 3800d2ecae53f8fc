import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import {
  addKeyServer,
  changePrimaryKey,
  changeProvider,
  createProvider,
  removeKeyServer,
  removeProvider,
} from '../../../domain/key-provider/change-provider.js';
import {
  issueClientCertificate,
  issueClientCsr,
  replaceClientCertificate,
  setCredential,
} from '../../../domain/key-provider/client-credentials.js';
import { observeProvider } from '../../../domain/key-provider/observe-provider.js';
import { trustPeerCertificates } from '../../../domain/key-provider/peer-certificates.js';
import { providerStream } from '../../../domain/key-provider/provider-id.js';
import { currentProvider } from '../../../domain/key-provider/provider-stream.js';
import { DEFAULT_PROVIDER_SETTINGS, KeyServer, type ProviderSettings } from '../../../domain/key-provider/settings.js';
import type { Api } from '../api.js';
import { WithReason } from '../codecs/hosts.js';
import {
  ChangeKeyProvider,
  ChangePrimaryKey,
  CreateKeyProvider,
  ProviderPath,
  ReplaceClientCertificate,
  ServerPath,
  SetCredential,
  TrustPeerCertificates,
} from '../codecs/key-providers.js';
import { commandRoute } from '../command-route.js';
import { NoBody, Nothing, type Route } from '../route.js';

const PATH = '/v1/key-providers/{id}';
const stream = ({ id }: { readonly id: string }): string => providerStream(id);

const withSettings = (
  before: ProviderSettings,
  given: { readonly [Key in keyof ProviderSettings]?: ProviderSettings[Key] | undefined },
): ProviderSettings => ({
  description: given.description === undefined ? before.description : given.description,
  proxy: given.proxy === undefined ? before.proxy : given.proxy,
  connectionTimeoutSeconds: given.connectionTimeoutSeconds ?? before.connectionTimeoutSeconds,
  username: given.username === undefined ? before.username : given.username,
  primaryKeyMayLeave: given.primaryKeyMayLeave ?? before.primaryKeyMayLeave,
  serves: given.serves ?? before.serves,
  release: given.release ?? before.release,
});

const create = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/key-providers',
    operation: 'createKeyProvider',
    summary: 'Creates a key provider. It releases nothing before it has a primary key and was found healthy.',
    params: Nothing,
    body: CreateKeyProvider,
    stream: (_, { id }) => providerStream(id),
    work: (by, { body: { id, kind, servers, primaryKey, ...settings } }) =>
      createProvider(api.deps)({
        ...by,
        provider: id,
        kind,
        settings: withSettings(DEFAULT_PROVIDER_SETTINGS, settings),
        servers: servers ?? [],
        primaryKey,
      }),
  });

const change = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: PATH,
    operation: 'changeKeyProvider',
    summary: 'Changes settings; those that are not given stay as they are.',
    params: ProviderPath,
    body: ChangeKeyProvider,
    stream,
    work: (by, { params: { id }, body }) =>
      pipe(
        currentProvider(api.deps)(id),
        TE.flatMap(({ state }) =>
          changeProvider(api.deps)({ ...by, provider: id, settings: withSettings(state.settings, body) }),
        ),
      ),
  });

const remove = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: PATH,
    operation: 'removeKeyProvider',
    summary: 'Releases nothing from then on. Its primary keys are kept.',
    params: ProviderPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => removeProvider(api.deps)({ ...by, provider: params.id, ...body }),
  });

const addServer = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/servers`,
    operation: 'addKeyServer',
    summary: 'Adds a key server; all of a provider hold the same keys.',
    params: ProviderPath,
    body: KeyServer,
    stream,
    work: (by, { params, body }) => addKeyServer(api.deps)({ ...by, provider: params.id, server: body }),
  });

const removeServer = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: `${PATH}/servers/{name}`,
    operation: 'removeKeyServer',
    summary: 'Takes a key server away; the last one stays.',
    params: ServerPath,
    body: WithReason,
    stream,
    work: (by, { params: { id, name }, body }) => removeKeyServer(api.deps)({ ...by, provider: id, name, ...body }),
  });

/** Then looked at: until it was found healthy, it releases nothing. */
const primaryKey = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/primary-key`,
    operation: 'changePrimaryKey',
    summary: 'Wraps new keys with another primary key, which the key server may be told to make.',
    params: ProviderPath,
    body: ChangePrimaryKey,
    stream,
    work: (by, { params: { id }, body }) =>
      pipe(
        changePrimaryKey(api.deps)({ ...by, provider: id, primaryKey: body.primaryKey, name: body.create ?? '' }),
        TE.tap(() =>
          pipe(
            observeProvider(api.deps)(id),
            TE.orElseW(() => TE.right(undefined)),
          ),
        ),
      ),
  });

const credential = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/credential`,
    operation: 'setKeyServerCredential',
    summary: 'Sets what the username is proved with. Never read back.',
    params: ProviderPath,
    body: SetCredential,
    stream,
    work: (by, { params, body }) =>
      setCredential(api.deps)({ ...by, provider: params.id, credential: fromBase64(body.credential) }),
  });

const selfSigned = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/client-certificate`,
    operation: 'issueClientCertificate',
    summary: 'A new key with a self-signed certificate, in the place of what was there.',
    params: ProviderPath,
    body: NoBody,
    stream,
    work: (by, { params }) => issueClientCertificate(api.deps)({ ...by, provider: params.id }),
  });

const csr = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/client-certificate/csr`,
    operation: 'issueClientCsr',
    summary: 'A new key and a certificate request for it; a new one each time.',
    params: ProviderPath,
    body: NoBody,
    stream,
    work: (by, { params }) => issueClientCsr(api.deps)({ ...by, provider: params.id }),
  });

const replace = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/client-certificate`,
    operation: 'replaceClientCertificate',
    summary: 'Another certificate, of the requested key or with a key of its own.',
    params: ProviderPath,
    body: ReplaceClientCertificate,
    stream,
    work: (by, { params, body: { certificate, privateKey } }) =>
      replaceClientCertificate(api.deps)({ ...by, provider: params.id, certificate, privateKey }),
  });

const trustPeers = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/peer-certificates`,
    operation: 'trustPeerCertificates',
    summary: 'Which certificates key servers may show: the whole list. Before the first one nothing is sent to any.',
    params: ProviderPath,
    body: TrustPeerCertificates,
    stream,
    work: (by, { params, body }) =>
      trustPeerCertificates(api.deps)({ ...by, provider: params.id, pems: body.certificates }),
  });

const observe = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/observe`,
    operation: 'observeKeyProvider',
    summary: 'Looks at every key server now, and records what changed.',
    params: ProviderPath,
    body: NoBody,
    stream,
    work: (_, { params }) => observeProvider(api.deps)(params.id),
  });

export const keyProviderCommandRoutes = (api: Api): ReadonlyArray<Route> => [
  create(api),
  change(api),
  remove(api),
  addServer(api),
  removeServer(api),
  primaryKey(api),
  credential(api),
  selfSigned(api),
  csr(api),
  replace(api),
  trustPeers(api),
  observe(api),
];
