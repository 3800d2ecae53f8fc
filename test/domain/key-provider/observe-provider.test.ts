import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { observeProvider } from '../../../domain/key-provider/observe-provider.js';
import { currentProvider } from '../../../domain/key-provider/provider-stream.js';
import type { KeyServiceDeps } from '../../../domain/key-service-deps.js';
import { openTestAuthority } from '../../support/authority.js';
import { keyServiceOf, openProvider } from '../../support/key-service.js';
import { right } from '../../support/ledger.js';

const lacking = async (oneOfSeveral: boolean) => {
  const authority = await openTestAuthority();
  await openProvider(keyServiceOf(authority), 'hsm');
  const keyServers: KeyServiceDeps['keyServers'] = () => TE.left({ _tag: 'SecretMissing', name: 'credential' });
  const deps: KeyServiceDeps = { ...keyServiceOf(authority, { keyServers }), oneOfSeveral };
  const before = right(await deps.store.size()());
  right(await observeProvider(deps)('hsm')());
  const { state } = right(await currentProvider(deps)('hsm')());
  return { health: state.health, recorded: right(await deps.store.size()()) - before };
};

describe("a provider whose secrets this node's vault lacks", () => {
  it('is found broken where there is no other node that could have them', async () => {
    expect(await lacking(false)).toEqual({ health: 'ERROR', recorded: 1 });
  });

  it('is left to the nodes that have them: its health stays what those found', async () => {
    expect(await lacking(true)).toEqual({ health: 'OK', recorded: 0 });
  });
});
