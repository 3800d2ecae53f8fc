import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bits, boolean, der, integer, NULL, octets, oid, sequence, set, utf8String } from './der.js';

export type Name = ReadonlyArray<ReadonlyArray<readonly [type: string, value: Uint8Array | string]>>;

export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

export interface Recipe {
  readonly subject: Name;
  readonly key: KeyObject;
  readonly issuer?: Name;
  /** Undefined: signs itself. */
  readonly issuerKey?: KeyObject;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly extensions?: ReadonlyArray<Extension>;
  readonly version?: 1 | 3;
  readonly algorithm?: keyof typeof ALGORITHMS;
  /** Instead of the key's own. */
  readonly spki?: Uint8Array;
  /** The algorithm that the signed part names, if another than the outer one. */
  readonly innerAlgorithm?: keyof typeof ALGORITHMS;
}

const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
const pssParameters = sequence(
  der(0xa0, sha256),
  der(0xa1, sequence(oid('1.2.840.113549.1.1.8'), sha256)),
  der(0xa2, integer(32)),
);

const ALGORITHMS = {
  'ecdsa-sha256': { hash: 'sha256', id: sequence(oid('1.2.840.10045.4.3.2')), pss: false },
  'ecdsa-sha384': { hash: 'sha384', id: sequence(oid('1.2.840.10045.4.3.3')), pss: false },
  'ecdsa-sha1': { hash: 'sha1', id: sequence(oid('1.2.840.10045.4.1')), pss: false },
  'rsa-sha256': { hash: 'sha256', id: sequence(oid('1.2.840.113549.1.1.11'), NULL), pss: false },
  'rsa-sha1': { hash: 'sha1', id: sequence(oid('1.2.840.113549.1.1.5'), NULL), pss: false },
  'rsa-pss': { hash: 'sha256', id: sequence(oid('1.2.840.113549.1.1.10'), pssParameters), pss: true },
} as const;

export const name = (value: Name): Uint8Array =>
  sequence(
    ...value.map((relative) =>
      set(...relative.map(([type, text]) => sequence(oid(type), typeof text === 'string' ? utf8String(text) : text))),
    ),
  );

export const cn = (text: string): Name => [[['2.5.4.3', text]]];

export const utcTime = (text: string): Uint8Array => der(0x17, Buffer.from(text));
export const generalizedTime = (text: string): Uint8Array => der(0x18, Buffer.from(text));

const extension = ({ oid: type, critical, value }: Extension): Uint8Array =>
  sequence(oid(type), ...(critical === true ? [boolean(true)] : []), octets(value));

const version = (recipe: Recipe): ReadonlyArray<Uint8Array> => (recipe.version === 1 ? [] : [der(0xa0, integer(2))]);

const extensions = (recipe: Recipe): ReadonlyArray<Uint8Array> =>
  recipe.extensions === undefined ? [] : [der(0xa3, sequence(...recipe.extensions.map(extension)))];

export const makeCertificate = (recipe: Recipe): Uint8Array => {
  const algorithm = ALGORITHMS[recipe.algorithm ?? 'ecdsa-sha256'];
  const spki = recipe.spki ?? createPublicKey(recipe.key).export({ format: 'der', type: 'spki' });
  const tbs = sequence(
    ...version(recipe),
    integer(1, 2, 3),
    ALGORITHMS[recipe.innerAlgorithm ?? recipe.algorithm ?? 'ecdsa-sha256'].id,
    name(recipe.issuer ?? recipe.subject),
    sequence(recipe.notBefore ?? utcTime('260101000000Z'), recipe.notAfter ?? generalizedTime('99991231235959Z')),
    name(recipe.subject),
    spki,
    ...extensions(recipe),
  );
  const key = recipe.issuerKey ?? recipe.key;
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const signature = sign(algorithm.hash, tbs, algorithm.pss ? { key, ...padding } : key);
  return sequence(tbs, algorithm.id, bits(signature));
};

export const ecKey = (namedCurve = 'P-256'): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
export const rsaKey = (modulusLength = 2048): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey;

export const basicConstraints = (ca: boolean, pathLength?: number): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: sequence(...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
});
export const keyUsage = (byte: number): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: bits(Uint8Array.of(byte)),
});
export const KEY_CERT_SIGN = keyUsage(0x04);
export const KEY_AGREEMENT = keyUsage(0x08);
export const extendedKeyUsage = (...usages: ReadonlyArray<string>): Extension => ({
  oid: '2.5.29.37',
  value: sequence(...usages.map(oid)),
});
export const subjectKeyId = (id: Uint8Array): Extension => ({ oid: '2.5.29.14', value: octets(id) });
export const authorityKeyId = (id: Uint8Array): Extension => ({ oid: '2.5.29.35', value: sequence(der(0x80, id)) });
export const caIssuers = (url: string): Extension => ({
  oid: '1.3.6.1.5.5.7.1.1',
  value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), der(0x86, Buffer.from(url)))),
});
export const directoryName = (value: Name): Extension => ({
  oid: '2.5.29.17',
  critical: true,
  value: sequence(der(0xa4, name(value))),
});
export const tpmSpecification = (family: string): Extension => ({
  oid: '2.5.29.9',
  value: sequence(sequence(oid('2.23.133.2.16'), set(sequence(utf8String(family), integer(0), integer(0x74))))),
});

/** A TPM's maker, model and firmware version, all in one relative name, as some makers write it. */
export const tpmName = (manufacturer: string, model: string, firmware: string): Extension =>
  directoryName([
    [
      ['2.23.133.2.1', manufacturer],
      ['2.23.133.2.2', model],
      ['2.23.133.2.3', firmware],
    ],
  ]);
