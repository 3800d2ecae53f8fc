import * as E from 'fp-ts/lib/Either.js';
import { check, type ParseError, type Parser, parseError, record, u16be } from '../encoding/reader.js';
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
export const symmetricDefinition = (field: string): Parser<SymmetricDefinition | undefined> => {
  const [identifier, definition] = [u16be(field), cipher(field)];
  return (input, start) => {
    const id = identifier(input, start);
    if (E.isLeft(id)) return id;
    return id.right.value === NULL ? noCipher(input, id.right.offset) : definition(input, start);
  };
};

const unknown = (field: string, start: number, id: number): E.Either<ParseError, never> =>
  E.left(parseError(field, start, `has the unknown identifier ${String(id)}`));

/** TPMT_RSA_SCHEME+ and TPMT_ECC_SCHEME+ (Part 2, 11.2.4.2 and 11.2.5.6): RSAES carries nothing, ECDAA a count. */
export const asymmetricScheme = (field: string): Parser<AsymmetricScheme> => {
  const [identifier, digest, count] = [u16be(field), hashAlgorithm(`${field}.hash`), u16be(`${field}.count`)];
  return (input, start) => {
    const id = identifier(input, start);
    if (E.isLeft(id)) return id;
    const { value: name, offset } = id.right;
    if (name === NULL) return E.right({ value: { scheme: 'null', hash: undefined }, offset });
    const scheme = SCHEMES.get(name);
    if (scheme === undefined) return unknown(field, start, name);
    if (scheme === 'rsaes') return E.right({ value: { scheme, hash: undefined }, offset });
    const hash = digest(input, offset);
    if (E.isLeft(hash)) return hash;
    const value = { scheme, hash: hash.right.value };
    if (scheme !== 'ecdaa') return E.right({ value, offset: hash.right.offset });
    const counted = count(input, hash.right.offset);
    return E.isLeft(counted) ? counted : E.right({ value, offset: counted.right.offset });
  };
};

/** TPMT_KDF_SCHEME+ (Part 2, 11.2.3.3). Nothing here depends on it, but its bytes must make sense. */
export const kdfScheme = (field: string): Parser<undefined> => {
  const [identifier, digest] = [u16be(field), hashAlgorithm(`${field}.hash`)];
  return (input, start) => {
    const id = identifier(input, start);
    if (E.isLeft(id)) return id;
    const { value: name, offset } = id.right;
    if (name === NULL) return E.right({ value: undefined, offset });
    if (!KDFS.has(name)) return unknown(field, start, name);
    const hash = digest(input, offset);
    return E.isLeft(hash) ? hash : E.right({ value: undefined, offset: hash.right.offset });
  };
};
