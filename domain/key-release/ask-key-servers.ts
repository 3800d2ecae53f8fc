import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { hostActor } from '../host/host-stream.js';
import type { KeyRejection } from '../key/decider.js';
import { keyIdOf } from '../key/key-id.js';
import { executeKey } from '../key/key-stream.js';
import type { KeyServerFault, KeyServers } from '../key-provider/key-servers.js';
import type { VaultFault } from '../key-provider/ports.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { ExecuteFault } from '../ledger/execute.js';
import type { StoreError } from '../ports.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import type { Authorised } from './ask-for-key.js';
import type { ReleaseInput } from './release-input.js';

/** What came of it. The plaintext is for the host, and whoever holds this erases it. */
export interface Made {
  readonly key: string;
  readonly ciphertext: Uint8Array | undefined;
  readonly plaintext: Uint8Array | undefined;
}

type Fault = KeyServerFault | VaultFault | DocumentFault | StoreError | KeyRejection | ExecuteFault;
type Making = TE.TaskEither<Fault, Made>;
type Origin = 'generated' | 'wrapped' | 'rekeyed';

/** The key's own stream begins before anybody gets it: what nobody could revoke must not go out. */
const created = (
  deps: KeyServiceDeps,
  { host, asked, primaryKey }: Authorised,
  origin: Origin,
  ciphertext: Uint8Array,
): TE.TaskEither<KeyRejection | ExecuteFault, string> => {
  const key = keyIdOf(deps.hashing, ciphertext);
  const { provider, release } = asked;
  return pipe(
    executeKey(deps)({ by: hostActor(host), commandId: release }, key, {
      type: 'CreateKey',
      provider,
      primaryKey,
      host,
      origin,
      release,
    }),
    TE.as(key),
  );
};

const generate = (deps: KeyServiceDeps, servers: KeyServers, bytes: number, authorised: Authorised): Making =>
  pipe(
    servers.generateKey(authorised.primaryKey, bytes),
    TE.flatMap(({ ciphertext, plaintext }) =>
      pipe(
        created(deps, authorised, 'generated', ciphertext),
        TE.map((key) => ({ key, ciphertext, plaintext })),
        TE.tapError(() => TE.fromIO(() => plaintext.fill(0))),
      ),
    ),
  );

const encrypt = (
  deps: KeyServiceDeps,
  servers: KeyServers,
  plaintext: Uint8Array,
  authorised: Authorised,
  origin: Origin,
): TE.TaskEither<Fault, Made & { readonly ciphertext: Uint8Array }> =>
  pipe(
    servers.encrypt(authorised.primaryKey, plaintext),
    TE.flatMap((ciphertext) =>
      pipe(
        created(deps, authorised, origin, ciphertext),
        TE.map((key) => ({ key, ciphertext, plaintext: undefined })),
      ),
    ),
  );

const decrypt = (
  servers: KeyServers,
  ciphertext: Uint8Array,
  { key, asked }: Authorised,
): TE.TaskEither<KeyServerFault, Made & { readonly plaintext: Uint8Array }> =>
  pipe(
    servers.decrypt(key?.primaryKey ?? '', ciphertext),
    TE.map((plaintext) => ({ key: asked.key ?? '', ciphertext: undefined, plaintext })),
  );

/**
 * The new wrapping exists in the ledger before the old one names it, so that a revocation of the old one, which follows these
 * names, can't miss it.
 */
const rekey = (deps: KeyServiceDeps, servers: KeyServers, ciphertext: Uint8Array, authorised: Authorised): Making => {
  const { host, asked, primaryKey } = authorised;
  return pipe(
    decrypt(servers, ciphertext, authorised),
    TE.flatMap(({ key: old, plaintext }) =>
      pipe(
        encrypt(deps, servers, plaintext, authorised, 'rekeyed'),
        TE.tapIO(() => () => plaintext.fill(0)),
        TE.tapError(() => TE.fromIO(() => plaintext.fill(0))),
        TE.tap((made) =>
          executeKey(deps)({ by: hostActor(host), commandId: asked.release }, old, {
            type: 'RekeyKey',
            new: made.key,
            primaryKey,
            host,
            release: asked.release,
          }),
        ),
      ),
    ),
  );
};

/** Asks the provider's key servers for what was authorised, and begins the stream of a key that is new. */
export const askKeyServers = (deps: KeyServiceDeps, input: ReleaseInput, authorised: Authorised): Making =>
  pipe(
    deps.keyServers(input.provider, authorised.provider),
    TE.flatMap((servers): Making => {
      switch (input.operation) {
        case 'generate-key':
          return generate(deps, servers, input.bytes, authorised);
        case 'encrypt':
          return encrypt(deps, servers, input.plaintext, authorised, 'wrapped');
        case 'decrypt':
          return decrypt(servers, input.ciphertext, authorised);
        case 'rekey':
          return rekey(deps, servers, input.ciphertext, authorised);
      }
    }),
  );
