import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { concat } from '../encoding/bytes.js';
import { check, map, type Parsed, type Parser, parseAll, record, sized, u16be } from '../encoding/reader.js';
import type { PublicKey, SignatureScheme, Signatures } from '../ports.js';
import type { HashAlgorithm } from './algorithms.js';
import { CURVES } from './curves.js';
import type { TpmPublic } from './public-area.js';
import { hashAlgorithm } from './schemes.js';

/** TPMT_SIGNATURE (TPM 2.0 Part 2, 11.3.4) of the schemes that sign attestations. `r` and `s` as the TPM wrote them. */
export type TpmtSignature =
  | { readonly scheme: 'rsassa' | 'rsapss'; readonly hash: HashAlgorithm; readonly bytes: Uint8Array }
  | { readonly scheme: 'ecdsa'; readonly hash: HashAlgorithm; readonly r: Uint8Array; readonly s: Uint8Array };

export type SignatureFault =
  | { readonly _tag: 'SignatureSchemeMismatch'; readonly expected: string; readonly actual: SignatureScheme }
  | { readonly _tag: 'SignatureHashMismatch'; readonly expected: HashAlgorithm; readonly actual: HashAlgorithm }
  | { readonly _tag: 'SignatureHashNotAllowed'; readonly hash: HashAlgorithm }
  /** Of a size or range that no signature by this key has. */
  | { readonly _tag: 'SignatureMalformed'; readonly field: 'sig' | 'signatureR' | 'signatureS' }
  | { readonly _tag: 'SignatureInvalid' };

const SCHEMES: ReadonlyMap<number, SignatureScheme> = new Map([
  [0x0014, 'rsassa'],
  [0x0016, 'rsapss'],
  [0x0018, 'ecdsa'],
]);
const LARGEST_RSA = 512;
const LARGEST_ECC = 66;

const scheme = check(
  u16be('sigAlg'),
  (id) => E.fromNullable('must be RSASSA, RSAPSS or ECDSA')(SCHEMES.get(id)),
  'sigAlg',
);

const eccParameter = (field: string): Parser<Uint8Array> => sized(field, u16be(`${field}.size`), LARGEST_ECC);

const head = record({ scheme, hash: hashAlgorithm('hash') });
const points = record({ r: eccParameter('signatureR'), s: eccParameter('signatureS') });
const rsaBytes = sized('sig', u16be('sig.size'), LARGEST_RSA);

const signature: Parser<TpmtSignature> = (input, start) => {
  const read = head(input, start);
  if (E.isLeft(read)) return read;
  const { scheme: name, hash } = read.right.value;
  return name === 'ecdsa'
    ? map(points, (numbers): TpmtSignature => ({ scheme: name, hash, ...numbers }))(input, read.right.offset)
    : map(rsaBytes, (bytes): TpmtSignature => ({ scheme: name, hash, bytes }))(input, read.right.offset);
};

/** Exactly one TPMT_SIGNATURE. */
export const parseSignature = (input: Uint8Array): Parsed<TpmtSignature> => parseAll(signature, 'signature')(input);

const malformed = (field: 'sig' | 'signatureR' | 'signatureS'): E.Either<SignatureFault, never> =>
  E.left({ _tag: 'SignatureMalformed', field });

const leftPadded = (number: Uint8Array, size: number): Uint8Array | undefined => {
  if (number.length > size) return undefined;
  const padded = new Uint8Array(size);
  padded.set(number, size - number.length);
  return padded;
};

/** Both of the curve's size: the first byte that differs decides. */
const isInRange = (number: Uint8Array, order: Uint8Array): boolean => {
  const at = number.findIndex((byte, i) => byte !== order[i]);
  return at >= 0 && (number[at] ?? 0) < (order[at] ?? 0) && number.some((byte) => byte !== 0);
};

/** What the platform verifies: RSA as it is, ECDSA as r and s of the curve's size (SEC 1, 4.1.4: both 1 to n - 1). */
const rawSignature = (key: PublicKey, signature: TpmtSignature): E.Either<SignatureFault, Uint8Array> => {
  if (signature.scheme !== 'ecdsa') {
    const fits = key.kty === 'rsa' && signature.bytes.length === key.modulus.length;
    return fits ? E.right(signature.bytes) : malformed('sig');
  }
  if (key.kty !== 'ecc') return malformed('signatureR');
  const { size, order } = CURVES[key.curve];
  const [r, s] = [leftPadded(signature.r, size), leftPadded(signature.s, size)];
  if (r === undefined || !isInRange(r, order)) return malformed('signatureR');
  if (s === undefined || !isInRange(s, order)) return malformed('signatureS');
  return E.right(concat(r, s));
};

/** A key without a scheme of its own signs with any that its type has. */
const schemeFault = (pub: TpmPublic, signature: TpmtSignature): SignatureFault | undefined => {
  const { scheme: own, hash } = pub.scheme;
  const ofType = pub.type === 'ecc' ? signature.scheme === 'ecdsa' : signature.scheme !== 'ecdsa';
  if (own === 'null' ? !ofType : own !== signature.scheme) {
    return { _tag: 'SignatureSchemeMismatch', expected: own === 'null' ? pub.type : own, actual: signature.scheme };
  }
  return hash === undefined || hash === signature.hash
    ? undefined
    : { _tag: 'SignatureHashMismatch', expected: hash, actual: signature.hash };
};

/** Right only if `pub` made this signature over `message` with its own scheme and hash. */
export const verifyQuoteSignature = (
  signatures: Signatures,
  pub: TpmPublic,
  signature: TpmtSignature,
  message: Uint8Array,
  allow: { readonly sha1: boolean },
): E.Either<SignatureFault, true> => {
  const fault = schemeFault(pub, signature);
  if (fault !== undefined) return E.left(fault);
  if (signature.hash === 'sha1' && !allow.sha1) return E.left({ _tag: 'SignatureHashNotAllowed', hash: 'sha1' });
  return pipe(
    rawSignature(pub.key, signature),
    E.flatMap((raw) =>
      signatures.verify(pub.key, signature.scheme, signature.hash, message, raw)
        ? E.right(true as const)
        : E.left<SignatureFault>({ _tag: 'SignatureInvalid' }),
    ),
  );
};
