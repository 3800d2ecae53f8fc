import { randomUUID } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { createStateCache } from '../../adapters/event-store/state-cache.js';
import { type AuthorityState, authorityDecider, type KeyChange } from '../../domain/ledger/authority.js';
import { authorityCatalogue } from '../../domain/ledger/authority-events.js';
import { execute } from '../../domain/ledger/execute.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { TestAuthority } from './authority.js';
import { keyFromSeed } from './engines.js';
import { right } from './ledger.js';

const authorityKey = keyFromSeed(1);

/** Changes keys as the authority key's holder does, without the ceremony around it. The keys that there are then. */
export const changeKeys = async ({ deps }: TestAuthority, command: KeyChange): Promise<Keyring> => {
  right(
    await execute({ ...deps, signer: () => authorityKey })({
      decider: authorityDecider,
      catalogue: authorityCatalogue,
      cache: createStateCache<AuthorityState>(1),
      stream: 'authority',
      commandId: randomUUID(),
      actor: { subject: `authority:${authorityKey.kid}`, role: 'authority' },
      prepare: () => TE.right({ command, basis: {} }),
    })(),
  );
  return right(await loadKeyring(deps, authorityKey.kid)());
};
