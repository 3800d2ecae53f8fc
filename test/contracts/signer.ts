import { expect, it } from 'vitest';
import { nodeVerifyEd25519 } from '../../adapters/crypto/node/ed25519.js';
import { toBase64 } from '../../domain/encoding/bytes.js';
import type { EventSigner } from '../../domain/ports.js';
import { right } from '../support/ledger.js';

export interface SignerUnderTest {
  readonly signer: EventSigner;
  readonly publicKey: Uint8Array;
  /** Messages that such a key is asked to sign, each another one. */
  readonly message: (n: number) => Uint8Array;
}

/** What everything that signs for an authority must do, wherever its key is. */
export const signerContract = (open: () => Promise<SignerUnderTest>): void => {
  it('signs under the key that its id names', async () => {
    const { signer, publicKey, message } = await open();
    const signature = right(await signer.sign(message(1))());
    expect(nodeVerifyEd25519(publicKey, message(1), signature)).toBe(true);
    expect(nodeVerifyEd25519(publicKey, message(2), signature)).toBe(false);
  });

  it('answers many at once, each with its own signature', async () => {
    const { signer, publicKey, message } = await open();
    const messages = Array.from({ length: 200 }, (_, n) => message(n));
    const signatures = (await Promise.all(messages.map((each) => signer.sign(each)()))).map(right);
    expect(signatures.every((each, n) => nodeVerifyEd25519(publicKey, messages[n]!, each))).toBe(true);
    expect(new Set(signatures.map(toBase64)).size).toBe(200);
  });
};
