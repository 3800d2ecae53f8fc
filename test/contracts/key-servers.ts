import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyServers } from '../../domain/key-provider/key-servers.js';
import { flipBit } from '../support/bytes.js';
import { left, right } from '../support/ledger.js';

const UNKNOWN = 'no-such-key';

/** What every provider's key servers must do, wherever the primary key is. */
export const keyServersContract = (
  name: string,
  open: () => Promise<{ readonly keyServers: KeyServers; readonly close: () => Promise<void> }>,
): void => {
  describe(`${name} as key servers`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let servers: KeyServers;
    let names = 0;
    beforeAll(async () => {
      opened = await open();
      servers = opened.keyServers;
    });
    afterAll(() => opened.close());

    const newPrimaryKey = async (): Promise<string> => right(await servers.createPrimaryKey(`key ${names++}`)());

    it('gives fresh keys of each size, and the same key for its ciphertext', async () => {
      const id = await newPrimaryKey();
      const seen = new Set<string>();
      for (const size of [16, 24, 32, 64, 32]) {
        const { plaintext, ciphertext } = right(await servers.generateKey(id, size)());
        expect(plaintext).toHaveLength(size);
        expect(right(await servers.decrypt(id, ciphertext)())).toEqual(plaintext);
        seen.add(Buffer.from(plaintext).toString('hex'));
      }
      expect(seen.size).toBe(5);
    });

    it('refuses other sizes', async () => {
      const id = await newPrimaryKey();
      for (const size of [0, 1, 15, 33, 65]) {
        expect(left(await servers.generateKey(id, size)())._tag).toBe('KeyServerRefused');
      }
    });

    it('wraps what it is given, another way each time, and shows none of it', async () => {
      const id = await newPrimaryKey();
      const plaintext = new Uint8Array(randomBytes(48));
      const [one, two] = [right(await servers.encrypt(id, plaintext)()), right(await servers.encrypt(id, plaintext)())];
      expect(one).not.toEqual(two);
      expect(Buffer.from(one).includes(Buffer.from(plaintext.subarray(0, 16)))).toBe(false);
      for (const ciphertext of [one, two]) expect(right(await servers.decrypt(id, ciphertext)())).toEqual(plaintext);
    });

    it("gives plaintext that is its caller's to erase", async () => {
      const id = await newPrimaryKey();
      const { plaintext, ciphertext } = right(await servers.generateKey(id, 32)());
      const kept = plaintext.slice();
      plaintext.fill(0);
      const again = right(await servers.decrypt(id, ciphertext)());
      expect(again).toEqual(kept);
      again.fill(0);
      expect(right(await servers.decrypt(id, ciphertext)())).toEqual(kept);
    });

    it('decrypts nothing that was changed, cut off or added to', async () => {
      const id = await newPrimaryKey();
      const { ciphertext } = right(await servers.generateKey(id, 32)());
      const bits = Array.from({ length: 24 }, (_, i) => Math.floor((i * ciphertext.length * 8) / 24));
      const longer = Uint8Array.from([...ciphertext, 0]);
      const changed = [
        ...bits.map((bit) => flipBit(ciphertext, bit)),
        ciphertext.slice(0, -1),
        longer,
        new Uint8Array(0),
      ];
      for (const other of changed) expect(left(await servers.decrypt(id, other)())._tag).toBe('CiphertextInvalid');
    });

    it('decrypts nothing of another primary key', async () => {
      const [one, two] = [await newPrimaryKey(), await newPrimaryKey()];
      const { ciphertext } = right(await servers.generateKey(one, 32)());
      expect(left(await servers.decrypt(two, ciphertext)())._tag).toBe('CiphertextInvalid');
    });

    it('knows no primary key that was not made', async () => {
      expect(left(await servers.generateKey(UNKNOWN, 32)())._tag).toBe('PrimaryKeyUnknown');
      expect(left(await servers.encrypt(UNKNOWN, new Uint8Array(32))())._tag).toBe('PrimaryKeyUnknown');
      expect(left(await servers.revokePrimaryKey(UNKNOWN, false)())._tag).toBe('PrimaryKeyUnknown');
      expect(left(await servers.destroyPrimaryKey(UNKNOWN)())._tag).toBe('PrimaryKeyUnknown');
    });

    it.each([false, true])(
      'uses no primary key once it is revoked (compromised: %s), any number of times',
      async (compromised) => {
        const id = await newPrimaryKey();
        const { ciphertext } = right(await servers.generateKey(id, 32)());
        right(await servers.revokePrimaryKey(id, compromised)());
        right(await servers.revokePrimaryKey(id, compromised)());
        expect(left(await servers.generateKey(id, 32)())._tag).toBe('PrimaryKeyUnusable');
        expect(left(await servers.encrypt(id, new Uint8Array(32))())._tag).toBe('PrimaryKeyUnusable');
        expect(left(await servers.decrypt(id, ciphertext)())._tag).toBe('PrimaryKeyUnusable');
      },
    );

    it('destroys a primary key only after it was revoked', async () => {
      const id = await newPrimaryKey();
      const { ciphertext } = right(await servers.generateKey(id, 32)());
      expect(left(await servers.destroyPrimaryKey(id)())._tag).toBe('PrimaryKeyUnusable');
      right(await servers.decrypt(id, ciphertext)());
      right(await servers.revokePrimaryKey(id, false)());
      right(await servers.destroyPrimaryKey(id)());
      expect(['PrimaryKeyUnknown', 'PrimaryKeyUnusable']).toContain(left(await servers.decrypt(id, ciphertext)())._tag);
    });

    it('serves many at a time', async () => {
      const id = await newPrimaryKey();
      const keys = await Promise.all(Array.from({ length: 40 }, () => servers.generateKey(id, 32)()));
      const opened = await Promise.all(keys.map((key) => servers.decrypt(id, right(key).ciphertext)()));
      expect(opened.map(right)).toEqual(keys.map((key) => right(key).plaintext));
    });

    it('finds itself well', async () => {
      for (const { health, clientTrustsServer, serverTrustsClient, faults } of right(await servers.observe()())) {
        expect({ health, clientTrustsServer, serverTrustsClient, faults }).toEqual({
          health: 'OK',
          clientTrustsServer: true,
          serverTrustsClient: true,
          faults: [],
        });
      }
    });
  });
};
