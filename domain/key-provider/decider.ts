import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { ProviderCommand, ProviderRejection } from './commands.js';
import { decidePrimaryKey } from './decide-primary-key.js';
import type { ProviderEvent } from './events.js';
import { unfitSettings } from './fit-settings.js';
import { evolveProvider, type ProviderState, unknownProvider } from './state.js';

type Decided = E.Either<ProviderRejection, ReadonlyArray<ProviderEvent>>;
type Of<T extends ProviderCommand['type']> = Extract<ProviderCommand, { readonly type: T }>;

const record = (event: ProviderEvent): Decided => E.right([event]);
const reject = (rejection: ProviderRejection): Decided => E.left(rejection);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const create = (command: Of<'CreateKeyProvider'>, state: ProviderState): Decided => {
  const { kind, settings, servers, primaryKey } = command;
  if (state.status === 'active') return reject({ _tag: 'ProviderExists' });
  if (state.status === 'removed') return reject({ _tag: 'ProviderRemoved' });
  const unfit = unfitSettings(kind, settings, servers);
  return unfit === undefined
    ? record({ type: 'KeyProviderCreated', data: { kind, settings, servers, primaryKey: primaryKey ?? null } })
    : reject(unfit);
};

const change = ({ settings }: Of<'ChangeKeyProvider'>, state: ProviderState): Decided => {
  const unfit = unfitSettings(state.kind, settings, state.servers);
  if (unfit !== undefined) return reject(unfit);
  return same(settings, state.settings)
    ? E.right([])
    : record({ type: 'KeyProviderChanged', data: { old: state.settings, new: settings } });
};

const addServer = ({ server }: Of<'AddKeyServer'>, state: ProviderState): Decided => {
  const twin = state.servers.find(({ name, address }) => name === server.name || address === server.address);
  if (twin !== undefined) return reject({ _tag: 'KeyServerExists', name: twin.name });
  const unfit = unfitSettings(state.kind, state.settings, [...state.servers, server]);
  return unfit === undefined ? record({ type: 'KeyServerAdded', data: server }) : reject(unfit);
};

const removeServer = ({ name, reason }: Of<'RemoveKeyServer'>, { servers }: ProviderState): Decided => {
  if (servers.every((server) => server.name !== name)) return reject({ _tag: 'KeyServerUnknown', name });
  return servers.length === 1
    ? reject({ _tag: 'LastKeyServer', name })
    : record({ type: 'KeyServerRemoved', data: { name, reason } });
};

const replaceCertificate = (command: Of<'ReplaceClientCertificate'>, state: ProviderState): Decided => {
  const { certificate, key, subject, notBefore, notAfter, withKey } = command;
  const known = withKey || key === state.requested || key === state.clientCertificate?.key;
  const data = { certificate, key, subject, notBefore, notAfter, withKey };
  return known ? record({ type: 'ClientCertificateReplaced', data }) : reject({ _tag: 'ClientKeyUnknown' });
};

const recordHealth = ({ health, servers }: Of<'RecordHealth'>, state: ProviderState): Decided =>
  health === state.health && same(servers, state.serverHealth)
    ? E.right([])
    : record({ type: 'ProviderHealthChanged', data: { old: state.health, new: health, servers } });

type Kmip = Of<
  | 'AddKeyServer'
  | 'RemoveKeyServer'
  | 'IssueClientCertificate'
  | 'IssueClientCsr'
  | 'ReplaceClientCertificate'
  | 'TrustPeerCertificates'
  | 'SetKeyServerCredential'
>;

/** Verbs of providers that speak to key servers. */
const decideKmip = (command: Kmip, state: ProviderState): Decided => {
  switch (command.type) {
    case 'AddKeyServer':
      return addServer(command, state);
    case 'RemoveKeyServer':
      return removeServer(command, state);
    case 'IssueClientCertificate': {
      const { certificate, key, subject, notBefore, notAfter } = command;
      return record({ type: 'ClientCertificateIssued', data: { certificate, key, subject, notBefore, notAfter } });
    }
    case 'IssueClientCsr': {
      const { request, key, subject } = command;
      return record({ type: 'ClientCsrIssued', data: { request, key, subject } });
    }
    case 'ReplaceClientCertificate':
      return replaceCertificate(command, state);
    case 'TrustPeerCertificates':
      return same(command.certificates, state.trustedPeers)
        ? E.right([])
        : record({ type: 'PeerCertificatesTrusted', data: { certificates: command.certificates } });
    case 'SetKeyServerCredential':
      return record({ type: 'KeyServerCredentialSet', data: { credential: command.credential } });
  }
};

const decideActive = (command: Exclude<ProviderCommand, Of<'CreateKeyProvider'>>, state: ProviderState): Decided => {
  switch (command.type) {
    case 'ChangeKeyProvider':
      return change(command, state);
    case 'RemoveKeyProvider':
      return record({ type: 'KeyProviderRemoved', data: { reason: command.reason } });
    case 'ChangePrimaryKey':
    case 'RevokePrimaryKey':
    case 'DestroyPrimaryKey':
    case 'ConfirmPrimaryKeyEnd':
      return decidePrimaryKey(command, state);
    case 'RecordHealth':
      return recordHealth(command, state);
    case 'AddKeyServer':
    case 'RemoveKeyServer':
    case 'IssueClientCertificate':
    case 'IssueClientCsr':
    case 'ReplaceClientCertificate':
    case 'TrustPeerCertificates':
    case 'SetKeyServerCredential':
      return state.kind === 'kmip' ? decideKmip(command, state) : reject({ _tag: 'NotOfThisKind', kind: state.kind });
  }
};

/** The authority's own findings. */
const FINDINGS: ReadonlySet<ProviderCommand['type']> = new Set(['RecordHealth', 'ConfirmPrimaryKeyEnd']);

const mayAsk = ({ type, by }: ProviderCommand): E.Either<ProviderRejection, true> => {
  if (!FINDINGS.has(type)) return requirePermission(by, 'ManageKMSTrust');
  const { role } = by;
  return role === 'authority'
    ? E.right(true)
    : E.left({ _tag: 'PermissionRequired', permission: 'ManageKMSTrust', role });
};

/** One key provider, from creation to removal. */
export const providerDecider: Decider<ProviderState, ProviderCommand, ProviderEvent, ProviderRejection> = {
  initial: unknownProvider,
  decide: (command, state) =>
    pipe(
      mayAsk(command),
      E.flatMap((): Decided => {
        if (command.type === 'CreateKeyProvider') return create(command, state);
        if (state.status === 'unknown') return reject({ _tag: 'ProviderUnknown' });
        return state.status === 'removed' ? reject({ _tag: 'ProviderRemoved' }) : decideActive(command, state);
      }),
    ),
  evolve: evolveProvider,
};
