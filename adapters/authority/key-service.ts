import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../../domain/authority-deps.js';
import type { SecretVault, VaultFault } from '../../domain/key-provider/ports.js';
import type { KeyServiceDeps } from '../../domain/key-service-deps.js';
import type { EventSigner } from '../../domain/ports.js';
import { createReleaseLimits, DEFAULT_RELEASE_ALLOWANCE } from '../caches/release-limits.js';
import { naclSealing } from '../crypto/nacl/sealed-to-key.js';
import { nodeClientCertificates } from '../crypto/node/client-certificates.js';
import { createStateCache } from '../event-store/state-cache.js';
import { createKeyServerRegistry, softwareKind } from '../kms/key-server-registry.js';
import { kmipKind } from '../kms/kmip-kind.js';
import { issuerOf, makeTokenEngine, type TokenKey } from '../tokens/token-engine.js';

interface KeyServiceParts {
  readonly deps: AuthorityDeps;
  /** Key id of the authority key. */
  readonly authority: string;
  /** Those whose tokens count. */
  readonly tokenKeys: () => ReadonlyArray<TokenKey>;
  readonly tokenSigner: () => EventSigner;
  /** Undefined: opened for reading only. */
  readonly vault: SecretVault | undefined;
  /** Whether the ledger has other nodes too. */
  readonly oneOfSeveral: boolean;
  readonly witnessed: KeyServiceDeps['witnessed'];
}

export interface KeyService {
  readonly deps: KeyServiceDeps;
  readonly close: () => Promise<void>;
}

const lockedFault: VaultFault = {
  _tag: 'VaultUnavailable',
  rule: 'is closed: the authority was opened for reading only',
};
const LOCKED_VAULT: SecretVault = {
  put: () => TE.left(lockedFault),
  get: () => TE.left(lockedFault),
  has: () => TE.left(lockedFault),
  remove: () => TE.left(lockedFault),
};

const HOT_PROVIDERS = 1_000;
const HOT_KEYS = 50_000;

/** The authority's parts together with those that keys need. */
export const makeKeyService = (parts: KeyServiceParts): KeyService => {
  const { vault = LOCKED_VAULT, oneOfSeveral, tokenKeys, tokenSigner, witnessed } = parts;
  const registry = createKeyServerRegistry({
    software: softwareKind(vault),
    kmip: kmipKind({ ...parts.deps, vault }),
  });
  return {
    deps: {
      ...parts.deps,
      tokens: makeTokenEngine(issuerOf(parts.authority), tokenSigner, tokenKeys),
      vault,
      oneOfSeveral,
      clientCertificates: nodeClientCertificates,
      keyServers: registry.keyServers,
      sealing: naclSealing,
      limits: createReleaseLimits(DEFAULT_RELEASE_ALLOWANCE, () => performance.now()),
      witnessed,
      keyCaches: { provider: createStateCache(HOT_PROVIDERS), key: createStateCache(HOT_KEYS) },
    },
    close: registry.close,
  };
};
