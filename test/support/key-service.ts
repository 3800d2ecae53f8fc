import { createHash, randomUUID } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import nacl from 'tweetnacl';
import { makeKeyService } from '../../adapters/authority/key-service.js';
import { changePrimaryKey, createProvider } from '../../domain/key-provider/change-provider.js';
import { observeProvider } from '../../domain/key-provider/observe-provider.js';
import { DEFAULT_PROVIDER_SETTINGS, type ProviderSettings } from '../../domain/key-provider/settings.js';
import type { KeyServiceDeps } from '../../domain/key-service-deps.js';
import { asks, type TestAuthority } from './authority.js';
import { keyFromSeed } from './engines.js';
import { right } from './ledger.js';
import { memoryVault } from './memory-vault.js';

const tokenKey = keyFromSeed(3);

/** The key service of a test authority, without a rate: tests that are not about rates must not meet one. */
export const keyServiceOf = (
  { deps }: TestAuthority,
  given: Partial<Pick<KeyServiceDeps, 'witnessed' | 'limits' | 'keyServers' | 'vault'>> = {},
): KeyServiceDeps => {
  const { vault = memoryVault() } = given;
  const made = makeKeyService({
    deps,
    authority: 'test',
    tokenKeys: () => [{ kid: tokenKey.kid, publicKey: tokenKey.publicKey }],
    tokenSigner: () => tokenKey,
    vault,
    oneOfSeveral: false,
    witnessed: () => TE.right(false),
  });
  const limits = { ...made.deps.limits, take: () => true, mayObserve: () => true };
  return { ...made.deps, limits, ...given };
};

/** The X25519 pair of a host in tests: the same for the same name. */
export const wrappingPair = (host: string): nacl.BoxKeyPair =>
  nacl.box.keyPair.fromSecretKey(new Uint8Array(createHash('sha256').update(`wrapping ${host}`).digest()));

/** A software provider with a primary key, looked at. */
export const openProvider = async (
  deps: KeyServiceDeps,
  provider: string,
  settings: Partial<ProviderSettings> = {},
): Promise<void> => {
  const request = { ...asks('alice'), commandId: randomUUID(), provider };
  right(
    await createProvider(deps)({
      ...request,
      kind: 'software',
      settings: { ...DEFAULT_PROVIDER_SETTINGS, ...settings },
      servers: [],
      primaryKey: undefined,
    })(),
  );
  right(await changePrimaryKey(deps)({ ...request, commandId: randomUUID(), primaryKey: undefined, name: 'first' })());
  right(await observeProvider(deps)(provider)());
};
