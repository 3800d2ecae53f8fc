import { createCipheriv, createDecipheriv } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { unsent } from '../exchange.js';
import { openGcm, sealGcm } from './aes-gcm.js';
import type { KeyCipher } from './key-cipher.js';

const NONE = new Uint8Array(0);

const nodeName = { CBC: 'aes-256-cbc', CTR: 'aes-256-ctr' } as const;

/** For servers that don't encrypt, where the provider allows its key to leave them. The key is the caller's to erase. */
export const localCipher = (key: Uint8Array): KeyCipher => ({
  encrypt: (mode, iv, data, additionalData = NONE) => {
    if (mode === 'GCM') return Promise.resolve(E.right(sealGcm(key, iv, data, additionalData)));
    const encrypted = createCipheriv(nodeName[mode], key, iv).setAutoPadding(false).update(data);
    return Promise.resolve(E.right({ data: new Uint8Array(encrypted), tag: NONE }));
  },
  decrypt: (mode, iv, data, authenticated) => {
    if (mode !== 'GCM')
      return Promise.resolve(E.right(createDecipheriv(nodeName[mode], key, iv).setAutoPadding(false).update(data)));
    const plaintext = authenticated === undefined ? undefined : openGcm(key, iv, data, authenticated);
    return Promise.resolve(
      plaintext === undefined
        ? unsent({ _tag: 'CiphertextInvalid', rule: 'must be as it was wrapped' })
        : E.right(plaintext),
    );
  },
});
