import * as E from 'fp-ts/lib/Either.js';
import {
  check,
  map,
  type Parsed,
  type Parser,
  parseAll,
  parseError,
  record,
  sized,
  u16be,
  u32be,
} from '../encoding/reader.js';
import type { EccCurve, PublicKey } from '../ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from './algorithms.js';
import { CURVES, curveOf } from './curves.js';
import {
  type AsymmetricScheme,
  asymmetricScheme,
  hashAlgorithm,
  kdfScheme,
  type SymmetricDefinition,
  symmetricDefinition,
} from './schemes.js';

/** A public area as the TPM encodes it (TPM 2.0 Part 2, 12.2.4), of an RSA or ECC key. */
export interface TpmPublic {
  /** The exact TPMT_PUBLIC bytes: what the object's name is computed over. */
  readonly tpmt: Uint8Array;
  readonly type: 'rsa' | 'ecc';
  readonly nameAlg: HashAlgorithm;
  /** TPMA_OBJECT; object-attributes.ts names the bits. */
  readonly attributes: number;
  readonly authPolicy: Uint8Array;
  /** How a parent protects what is below it; undefined (TPM_ALG_NULL) for keys that are no parent. */
  readonly symmetric: SymmetricDefinition | undefined;
  readonly scheme: AsymmetricScheme;
  readonly key: PublicKey;
}

const PUBLIC_AREA_CAP = 1024;
const LARGEST_KEY = 512;
const TYPE_RSA = 0x0001;
const TYPE_ECC = 0x0023;
const DEFAULT_EXPONENT = 65537;
const RSA_SIZES: ReadonlyArray<number> = [1024, 2048, 3072, 4096];

const keyType = check(
  u16be('type'),
  (id): E.Either<string, 'rsa' | 'ecc'> =>
    id === TYPE_RSA ? E.right('rsa') : id === TYPE_ECC ? E.right('ecc') : E.left('must be an RSA or ECC key'),
  'type',
);

const header = check(
  record({
    type: keyType,
    nameAlg: hashAlgorithm('nameAlg'),
    attributes: u32be('objectAttributes'),
    authPolicy: sized('authPolicy', u16be('authPolicy.size'), 64),
  }),
  (read) =>
    read.authPolicy.length === 0 || read.authPolicy.length === DIGEST_SIZES[read.nameAlg]
      ? E.right(read)
      : E.left('authPolicy must be empty or of the size of nameAlg'),
  'publicArea',
);

interface Body {
  readonly symmetric: SymmetricDefinition | undefined;
  readonly scheme: AsymmetricScheme;
  readonly key: PublicKey;
}

const keyBits = check(
  u16be('keyBits'),
  (bits) => (RSA_SIZES.includes(bits) ? E.right(bits) : E.left('must be 1024, 2048, 3072 or 4096')),
  'keyBits',
);

/** Zero stands for 65537 (Part 2, 12.2.3.5). */
const exponent = check(
  map(u32be('exponent'), (value) => (value === 0 ? DEFAULT_EXPONENT : value)),
  (value) => (value % 2 === 1 && value >= 3 ? E.right(value) : E.left('must be odd and at least 3')),
  'exponent',
);

const rsaBody: Parser<Body> = check(
  record({
    symmetric: symmetricDefinition('symmetric'),
    scheme: asymmetricScheme('scheme'),
    keyBits,
    exponent,
    modulus: sized('unique', u16be('unique.size'), LARGEST_KEY),
  }),
  (read) =>
    read.modulus.length * 8 === read.keyBits && (read.modulus[0] ?? 0) >= 0x80
      ? E.right({
          symmetric: read.symmetric,
          scheme: read.scheme,
          key: { kty: 'rsa', modulus: read.modulus, exponent: read.exponent },
        })
      : E.left('unique must be a modulus of keyBits bits'),
  'unique',
);

const curve = check(
  u16be('curveID'),
  (id): E.Either<string, EccCurve> => E.fromNullable('must be P-256, P-384 or P-521')(curveOf(id)),
  'curveID',
);

const eccBody: Parser<Body> = check(
  record({
    symmetric: symmetricDefinition('symmetric'),
    scheme: asymmetricScheme('scheme'),
    curve,
    kdf: kdfScheme('kdf'),
    x: sized('unique.x', u16be('unique.x.size'), LARGEST_KEY),
    y: sized('unique.y', u16be('unique.y.size'), LARGEST_KEY),
  }),
  ({ symmetric, scheme, curve: name, x, y }) =>
    x.length === CURVES[name].size && y.length === CURVES[name].size
      ? E.right({ symmetric, scheme, key: { kty: 'ecc', curve: name, x, y } })
      : E.left('unique must be a point with coordinates of the size of the curve'),
  'unique',
);

const tpmtPublic: Parser<TpmPublic> = (input, start) => {
  const head = header(input, start);
  if (E.isLeft(head)) return head;
  const body = (head.right.value.type === 'rsa' ? rsaBody : eccBody)(input, head.right.offset);
  if (E.isLeft(body)) return body;
  const { type, nameAlg, attributes, authPolicy } = head.right.value;
  const { value, offset } = body.right;
  const { symmetric, scheme, key } = value;
  const tpmt = input.subarray(start, offset);
  return E.right({ value: { tpmt, type, nameAlg, attributes, authPolicy, symmetric, scheme, key }, offset });
};

const size = u16be('size');

const tpm2bPublic: Parser<TpmPublic> = (input, start) => {
  const read = size(input, start);
  if (E.isLeft(read)) return read;
  const { value, offset } = read.right;
  return value === input.length - offset
    ? tpmtPublic(input, offset)
    : E.left(parseError('size', start, `is ${String(value)}, but ${String(input.length - offset)} bytes follow`));
};

const publicArea = parseAll(tpm2bPublic, 'publicArea');

/** Exactly one TPM2B_PUBLIC of an RSA or ECC key; at most 1 kB. */
export const parsePublic = (input: Uint8Array): Parsed<TpmPublic> =>
  input.length > PUBLIC_AREA_CAP
    ? E.left(
        parseError(
          'publicArea',
          0,
          `is ${String(input.length)} bytes long, at most ${String(PUBLIC_AREA_CAP)} allowed`,
        ),
      )
    : publicArea(input);
