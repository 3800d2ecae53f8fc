import { describe, expect, it } from 'vitest';
import { openSoftwareKeyServers } from '../../../../adapters/kms/software/software-key-servers.js';
import { keyServersContract } from '../../../contracts/key-servers.js';
import { left, right } from '../../../support/ledger.js';
import { memoryVault } from '../../../support/memory-vault.js';

keyServersContract('the software provider', () => {
  const keyServers = openSoftwareKeyServers(memoryVault(), 'p');
  return Promise.resolve({ keyServers, close: keyServers.close });
});

describe('the software provider', () => {
  it('unwraps after it was opened anew, and nothing of another provider that has the same vault', async () => {
    const vault = memoryVault();
    const one = openSoftwareKeyServers(vault, 'one');
    const id = right(await one.createPrimaryKey('first')());
    const { ciphertext, plaintext } = right(await one.generateKey(id, 32)());
    await one.close();
    expect(right(await openSoftwareKeyServers(vault, 'one').decrypt(id, ciphertext)())).toEqual(plaintext);
    expect(left(await openSoftwareKeyServers(vault, 'two').decrypt(id, ciphertext)())._tag).toBe('PrimaryKeyUnknown');
  });

  it('gives nothing, and says that it is ill, when its vault can not be read', async () => {
    const unreadable = {
      ...memoryVault(),
      has: () => () => Promise.resolve({ _tag: 'Left', left: { _tag: 'VaultUnavailable', rule: 'is gone' } } as const),
    };
    const servers = openSoftwareKeyServers(unreadable, 'p');
    expect(left(await servers.generateKey('x', 32)())._tag).toBe('KeyServerUnreachable');
    expect(right(await servers.observe()())).toMatchObject([{ health: 'ERROR' }]);
  });
});
