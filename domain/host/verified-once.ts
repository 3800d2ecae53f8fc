import { equalBytes } from '../encoding/bytes.js';
import type { PublicKey, Signatures } from '../ports.js';

type Asked = Parameters<Signatures['verify']>;

const partsOf = (key: PublicKey): readonly [Uint8Array, Uint8Array] =>
  key.kty === 'rsa' ? [key.modulus, Uint8Array.of(key.exponent & 255)] : [key.x, key.y];

const sameKey = (a: PublicKey, b: PublicKey): boolean => {
  const [[a1, a2], [b1, b2]] = [partsOf(a), partsOf(b)];
  const sameKind =
    a.kty === 'rsa' ? b.kty === 'rsa' && a.exponent === b.exponent : b.kty === 'ecc' && a.curve === b.curve;
  return sameKind && equalBytes(a1, b1) && equalBytes(a2, b2);
};

const same = (a: Asked, b: Asked): boolean =>
  a[1] === b[1] && a[2] === b[2] && equalBytes(a[3], b[3]) && equalBytes(a[4], b[4]) && sameKey(a[0], b[0]);

/** The same answers; asked twice running for the same signature, as screening and appraising one quote do, it computes once. */
export const verifiedOnce = (signatures: Signatures): Signatures => {
  let last: { readonly asked: Asked; readonly answer: boolean } | undefined;
  return {
    verify: (...asked) => {
      if (last === undefined || !same(last.asked, asked)) last = { asked, answer: signatures.verify(...asked) };
      return last.answer;
    },
  };
};
