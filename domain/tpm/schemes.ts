import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { check, type Parser, parseError, record, u16be } from '../encoding/reader.js';
import { type HashAlgorithm, hashAlgorithmOf } from './algorithms.js';

/** TPM_ALG_ID values of schemes (TCG Algorithm Registry, table 3). */
const SCHEME_NAMES = {
  0x0014: 'rsassa',
  0x0015: 'rsaes',
  0x0016: 'rsapss',
  0x0017: 'oaep',
  0x0018: 'ecdsa',
  0x0019: 'ecdh',
  0x001a: 'ecdaa',
  0x001b: 'sm2',
  0x001c: 'ecschnorr',
  0x001d: 'ecmqv',
} as const;
const SCHEMES: ReadonlyMap<number, SchemeName> = new Map(
  Object.entries(SCHEME_NAMES).map(([id, name]) => [Number(id), name]),
);
const KDFS: ReadonlySet<number> = new Set([0x0007, 0x0020, 0x0021, 0x0022]);
const MODES: ReadonlyMap<number, CipherMode> = new Map([
  [0x0040, 'ctr'],
  [0x0041, 'ofb'],
  [0x0042, 'cbc'],
  [0x0043, 'cfb'],
  [0x0044, 'ecb'],
]);
const CIPHERS: ReadonlyMap<number, Cipher> = new Map([
  [0x0006, 'aes'],
  [0x0013, 'sm4'],
  [0x0026, 'camellia'],
]);
const NULL = 0x0010;

type SchemeName = (typeof SCHEME_NAMES)[keyof typeof SCHEME_NAMES];
type Cipher = 'aes' | 'sm4' | 'camellia';
type CipherMode = 'ctr' | 'ofb' | 'cbc' | 'cfb' | 'ecb';

/** `null`: the key leaves its scheme to the command that uses it. `hash` is absent only for `null` and `rsaes`. */
export interface AsymmetricScheme {
  readonly scheme: SchemeName | 'null';
  readonly hash: HashAlgorithm | undefined;
}

export interface SymmetricDefinition {
  readonly algorithm: Cipher;
  readonly keyBits: number;
  readonly mode: CipherMode;
}

const named = <A>(names: ReadonlyMap<number, A>, field: string): Parser<A> =>
  check(u16be(field), (id) => E.fromNullable(`has the unknown identifier ${String(id)}`)(names.get(id)), field);

/** TPMI_ALG_HASH without TPM_ALG_NULL. */
export const hashAlgorithm = (field: string): Parser<HashAlgorithm> =>
  check(u16be(field), (id) => E.fromNullable(`has the unknown hash ${String(id)}`)(hashAlgorithmOf(id)), field);

const noCipher: Parser<SymmetricDefinition | undefined> = (_, offset) => E.right({ value: undefined, offset });

const cipher = (field: string): Parser<SymmetricDefinition> =>
  record({
    algorithm: named(CIPHERS, field),
    keyBits: u16be(`${field}.keyBits`),
    mode: named(MODES, `${field}.mode`),
  });

/** TPMT_SYM_DEF_OBJECT+ (Part 2, 11.1.7). */
export const symmetricDefinition =
  (field: string): Parser<SymmetricDefinition | undefined> =>
  (input, start) =>
    pipe(
      u16be(field)(input, start),
      E.flatMap((id) => (id.value === NULL ? noCipher(input, id.offset) : cipher(field)(input, start))),
    );

/** TPMT_RSA_SCHEME+ and TPMT_ECC_SCHEME+ (Part 2, 11.2.4.2 and 11.2.5.6): RSAES carries nothing, ECDAA a count. */
export const asymmetricScheme =
  (field: string): Parser<AsymmetricScheme> =>
  (input, start) => {
    const id = u16be(field)(input, start);
    if (E.isLeft(id)) return id;
    if (id.right.value === NULL) {
      return E.right({ value: { scheme: 'null', hash: undefined }, offset: id.right.offset });
    }
    const scheme = SCHEMES.get(id.right.value);
    if (scheme === undefined)
      return E.left(parseError(field, start, `has the unknown identifier ${String(id.right.value)}`));
    if (scheme === 'rsaes') return E.right({ value: { scheme, hash: undefined }, offset: id.right.offset });
    const hash = hashAlgorithm(`${field}.hash`)(input, id.right.offset);
    if (E.isLeft(hash)) return hash;
    const value = { scheme, hash: hash.right.value };
    if (scheme !== 'ecdaa') return E.right({ value, offset: hash.right.offset });
    return pipe(
      u16be(`${field}.count`)(input, hash.right.offset),
      E.map(({ offset }) => ({ value, offset })),
    );
  };

/** TPMT_KDF_SCHEME+ (Part 2, 11.2.3.3). Nothing here depends on it, but its bytes must make sense. */
export const kdfScheme =
  (field: string): Parser<undefined> =>
  (input, start) => {
    const id = u16be(field)(input, start);
    if (E.isLeft(id)) return id;
    if (id.right.value === NULL) return E.right({ value: undefined, offset: id.right.offset });
    if (!KDFS.has(id.right.value)) {
      return E.left(parseError(field, start, `has the unknown identifier ${String(id.right.value)}`));
    }
    return pipe(
      hashAlgorithm(`${field}.hash`)(input, id.right.offset),
      E.map(({ offset }) => ({ value: undefined, offset })),
    );
  };
