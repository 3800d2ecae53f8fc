import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromBase64, utf8 } from '../encoding/bytes.js';
import type { Canonicalize, VerifyEd25519 } from '../ports.js';
import type { KeyPurpose } from './keyring.js';

/** Which key comes into use, for what, and after which one. Old key and new key both sign it. */
export interface KeyStatement {
  /** Key id of the founding authority key: whose key it is. */
  readonly authority: string;
  readonly kid: string;
  /** Standard base64 of the 32 bytes. */
  readonly publicKey: string;
  readonly purpose: KeyPurpose;
  /** Which node's; null: the authority's only one. */
  readonly node: string | null;
  /** The key that it comes after; null: none. */
  readonly replaces: string | null;
}

/** `endorsement`: the old key wants the new one. `possession`: who brings the new key has it. */
export type StatementKind = 'endorsement' | 'possession';

/** "sekisho/key-endorsement/v1" or "sekisho/key-possession/v1", a zero byte, and the canonical statement. */
export const statementInput = (
  canonicalize: Canonicalize,
  kind: StatementKind,
  { authority, kid, publicKey, purpose, node, replaces }: KeyStatement,
): E.Either<string, Uint8Array> =>
  pipe(
    canonicalize({ authority, kid, publicKey, purpose, node, replaces }),
    E.map((text) => utf8(`sekisho/key-${kind}/v1\u0000${text}`)),
  );

/** Whether the key made this signature (base64) under the statement. */
export const vouches = (
  engines: { readonly canonicalize: Canonicalize; readonly verifyEd25519: VerifyEd25519 },
  kind: StatementKind,
  statement: KeyStatement,
  publicKey: Uint8Array,
  signature: string,
): boolean => {
  const input = statementInput(engines.canonicalize, kind, statement);
  return E.isRight(input) && engines.verifyEd25519(publicKey, input.right, fromBase64(signature));
};
