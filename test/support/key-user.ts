import nacl from 'tweetnacl';
import { toBase64, utf8 } from '../../domain/encoding/bytes.js';
import type { BenchHost } from '../bench/bench-host.js';
import { openConnection } from '../bench/http-connection.js';
import { openSealed, type SealedView } from './open-sealed.js';

export interface Asked {
  readonly status: number;
  /** Codes of reasons, if it was refused. */
  readonly reasons: ReadonlyArray<string>;
  readonly code: string | undefined;
  readonly keyId: string;
  readonly ciphertext: string;
  /** What the host opens the answer to. */
  readonly key: Uint8Array | undefined;
}

/** An attested host that asks a running authority for keys. */
export interface KeyUser {
  /** What nobody else may find: its token, and its wrapping key. */
  readonly secrets: Readonly<Record<'token' | 'wrapping key', Uint8Array>>;
  readonly generate: (provider: string) => Promise<Asked>;
  readonly wrap: (provider: string, key: Uint8Array) => Promise<Asked>;
  readonly unwrap: (provider: string, ciphertext: string) => Promise<Asked>;
  readonly rekey: (provider: string, ciphertext: string) => Promise<Asked>;
}

interface Body {
  readonly code?: string;
  readonly reasons?: ReadonlyArray<{ readonly code: string }>;
  readonly keyId?: string;
  readonly ciphertext?: string | null;
  readonly sealed?: SealedView | null;
}

/** A connection for each request: the server ends those that wait for long. */
const askedWith =
  (port: number, token: string, secretKey: Uint8Array) =>
  async (provider: string, operation: string, body: object): Promise<Asked> => {
    const path = `/v1/key-providers/${provider}/${operation}`;
    const connection = await openConnection(port);
    const answer = await connection.send('POST', path, JSON.stringify(body), `authorization: Bearer ${token}\r\n`);
    connection.close();
    const said = JSON.parse(answer.body) as Body;
    return {
      status: answer.status,
      code: said.code,
      reasons: (said.reasons ?? []).map(({ code }) => code),
      keyId: said.keyId ?? '',
      ciphertext: said.ciphertext ?? '',
      key: said.sealed == null ? undefined : openSealed(said.sealed, secretKey)?.key,
    };
  };

export const keyUser = async (port: number, host: BenchHost): Promise<KeyUser> => {
  const connection = await openConnection(port);
  const pair = nacl.box.keyPair();
  const token = await host.keyToken(connection, pair.publicKey);
  const ask = askedWith(port, token, pair.secretKey);
  connection.close();
  return {
    secrets: { token: utf8(token), 'wrapping key': pair.secretKey },
    generate: (provider) => ask(provider, 'generate-key', { bytes: 32 }),
    wrap: (provider, key) => ask(provider, 'encrypt', { plaintext: toBase64(key) }),
    unwrap: (provider, ciphertext) => ask(provider, 'decrypt', { ciphertext }),
    rekey: (provider, ciphertext) => ask(provider, 'rekey', { ciphertext }),
  };
};
