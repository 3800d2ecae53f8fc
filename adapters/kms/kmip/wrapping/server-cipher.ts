import type { KmipServer } from '../kmip-server.js';
import { decrypt, encrypt } from '../operations/cipher.js';
import type { KeyCipher } from './key-cipher.js';

/** The key stays in the server, which encrypts and decrypts. */
export const serverCipher = (server: KmipServer, id: string): KeyCipher => ({
  encrypt: (mode, iv, data, additionalData) =>
    server.ask(encrypt({ id, mode, iv, data, ...(additionalData === undefined ? {} : { additionalData }) })),
  decrypt: (mode, iv, data, authenticated) => server.ask(decrypt({ id, mode, iv, data, ...authenticated })),
});
