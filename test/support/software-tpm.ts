import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign as signWith,
} from 'node:crypto';
import { concat, fromHex } from '../../domain/encoding/bytes.js';
import { ALGORITHM_IDS, type HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { PcrValues } from '../../domain/tpm/pcr-digest.js';

/** What a software TPM may be made to say wrong; each field stands for one forgery. */
export interface QuoteOptions {
  readonly qualifyingData: Uint8Array;
  readonly pcrs: PcrValues;
  /** Default: exactly the registers of `pcrs`, in its order. */
  readonly selection?: ReadonlyArray<{ readonly bank: HashAlgorithm; readonly pcrs: ReadonlyArray<number> }>;
  readonly clock?: Partial<SoftwareClock>;
  readonly magic?: number;
  readonly type?: number;
  readonly sizeOfSelect?: number;
  /** Instead of the digest of the selected registers. */
  readonly pcrDigest?: Uint8Array;
  /** After the last field. */
  readonly trailing?: Uint8Array;
}

export interface SoftwareClock {
  readonly resetCount: number;
  readonly restartCount: number;
  readonly clock: bigint;
  readonly safe: boolean;
  readonly firmwareVersion: bigint;
}

export interface Signed {
  readonly quote: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SoftwareTpm {
  /** TPM2B_PUBLIC, as are all that are named so. */
  readonly akPublic: Uint8Array;
  readonly ekPublic: Uint8Array;
  readonly akName: Uint8Array;
  /** For opening credentials, see `open-credential.ts`. */
  readonly ekPrivate: KeyObject;
  readonly quote: (options: QuoteOptions) => Signed;
  /** An attestation of another object's name: no quote, though signed by the same key. */
  readonly certify: (name: Uint8Array, qualifyingData: Uint8Array) => Signed;
  /** TPMT_SIGNATURE over any bytes, which a real restricted key would refuse to make. */
  readonly signAnything: (message: Uint8Array) => Uint8Array;
}

export interface SoftwareTpmOptions {
  readonly kind: 'rsa' | 'ecc';
  /** The same seed has the same keys within one run. */
  readonly seed?: string;
  readonly scheme?: 'rsassa' | 'rsapss' | 'ecdsa';
  readonly hash?: HashAlgorithm;
  readonly akAttributes?: number;
  readonly nameAlg?: HashAlgorithm;
}

const AK_ATTRIBUTES = 0x00050072;
const EK_ATTRIBUTES = 0x000300b2;
const EK_POLICY = fromHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa');
const SCHEMES = { rsassa: 0x0014, rsapss: 0x0016, ecdsa: 0x0018 } as const;

const u = (size: number, value: number | bigint): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (let i = 0, rest = BigInt(value); i < size; i++, rest >>= 8n) bytes[size - 1 - i] = Number(rest & 255n);
  return bytes;
};
const sized = (bytes: Uint8Array): Uint8Array => concat(u(2, bytes.length), bytes);
const digest = (hash: HashAlgorithm, ...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  new Uint8Array(
    createHash(hash)
      .update(concat(...parts))
      .digest(),
  );

const pairs = new Map<string, KeyPairKeyObjectResult>();

const pairOf = (kind: 'rsa' | 'ecc', name: string): KeyPairKeyObjectResult => {
  const known = pairs.get(`${kind} ${name}`);
  if (known !== undefined) return known;
  const made =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  pairs.set(`${kind} ${name}`, made);
  return made;
};

const number = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64url'));

const unique = (key: KeyObject): Uint8Array => {
  const { n, x, y } = key.export({ format: 'jwk' });
  return n === undefined ? concat(sized(number(x)), sized(number(y))) : sized(number(n));
};

const SYMMETRIC_AES128_CFB = concat(u(2, 6), u(2, 128), u(2, 0x43));
const NONE = u(2, 0x10);

const tpmtPublic = (
  key: KeyObject,
  parts: {
    readonly attributes: number;
    readonly policy: Uint8Array;
    readonly symmetric: Uint8Array;
    readonly scheme: Uint8Array;
    readonly nameAlg: HashAlgorithm;
  },
): Uint8Array => {
  const rsa = key.asymmetricKeyType === 'rsa';
  return concat(
    u(2, rsa ? 0x0001 : 0x0023),
    u(2, ALGORITHM_IDS[parts.nameAlg]),
    u(4, parts.attributes),
    sized(parts.policy),
    parts.symmetric,
    parts.scheme,
    rsa ? concat(u(2, 2048), u(4, 0)) : concat(u(2, 0x0003), NONE),
    unique(key),
  );
};

const selectionBytes = (selection: NonNullable<QuoteOptions['selection']>, sizeOfSelect: number): Uint8Array =>
  concat(
    u(4, selection.length),
    ...selection.map(({ bank, pcrs }) => {
      const bitmap = new Uint8Array(sizeOfSelect);
      for (const pcr of pcrs) bitmap[pcr >> 3] = (bitmap[pcr >> 3] ?? 0) | (1 << (pcr & 7));
      return concat(u(2, ALGORITHM_IDS[bank]), u(1, sizeOfSelect), bitmap);
    }),
  );

const CLOCK: SoftwareClock = { resetCount: 7, restartCount: 1, clock: 100_000n, safe: true, firmwareVersion: 0x2023n };

const head = (type: number, magic: number, signer: Uint8Array, extra: Uint8Array, clock: SoftwareClock): Uint8Array =>
  concat(
    u(4, magic),
    u(2, type),
    sized(signer),
    sized(extra),
    u(8, clock.clock),
    u(4, clock.resetCount),
    u(4, clock.restartCount),
    u(1, clock.safe ? 1 : 0),
    u(8, clock.firmwareVersion),
  );

const signatureOf = (
  key: KeyObject,
  scheme: keyof typeof SCHEMES,
  hash: HashAlgorithm,
  message: Uint8Array,
): Uint8Array => {
  const prefix = concat(u(2, SCHEMES[scheme]), u(2, ALGORITHM_IDS[hash]));
  if (scheme === 'ecdsa') {
    const raw = new Uint8Array(signWith(hash, message, { key, dsaEncoding: 'ieee-p1363' }));
    return concat(prefix, sized(raw.subarray(0, raw.length / 2)), sized(raw.subarray(raw.length / 2)));
  }
  const padding =
    scheme === 'rsapss'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
  return concat(prefix, sized(new Uint8Array(signWith(hash, message, { key, ...padding }))));
};

/**
 * A TPM without a TPM: the same structures and signatures from node:crypto, but willing to sign whatever a test wants forged.
 * TPM 2.0 Part 2: TPM2B_PUBLIC 12.2.5, TPMS_ATTEST 10.12.12, TPMT_SIGNATURE 11.3.4.
 */
export const softwareTpm = (options: SoftwareTpmOptions): SoftwareTpm => {
  const { kind, seed = 'one', hash = 'sha256', nameAlg = 'sha256' } = options;
  const scheme = options.scheme ?? (kind === 'rsa' ? 'rsassa' : 'ecdsa');
  const [ak, ek] = [pairOf(kind, `${seed} ak`), pairOf(kind, `${seed} ek`)];
  const akArea = tpmtPublic(ak.publicKey, {
    attributes: options.akAttributes ?? AK_ATTRIBUTES,
    policy: new Uint8Array(),
    symmetric: NONE,
    scheme: concat(u(2, SCHEMES[scheme]), u(2, ALGORITHM_IDS[hash])),
    nameAlg,
  });
  const ekArea = tpmtPublic(ek.publicKey, {
    attributes: EK_ATTRIBUTES,
    policy: EK_POLICY,
    symmetric: SYMMETRIC_AES128_CFB,
    scheme: NONE,
    nameAlg: 'sha256',
  });
  const akName = concat(u(2, ALGORITHM_IDS[nameAlg]), digest(nameAlg, akArea));
  const signAnything = (message: Uint8Array): Uint8Array => signatureOf(ak.privateKey, scheme, hash, message);
  const signed = (quote: Uint8Array): Signed => ({ quote, signature: signAnything(quote) });
  return {
    akPublic: sized(akArea),
    ekPublic: sized(ekArea),
    akName,
    ekPrivate: ek.privateKey,
    signAnything,
    quote: ({ qualifyingData, pcrs, clock = {}, magic = 0xff544347, type = 0x8018, sizeOfSelect = 3, ...rest }) => {
      const selection =
        rest.selection ?? [...pcrs].map(([bank, values]) => ({ bank, pcrs: [...values.keys()].sort((a, b) => a - b) }));
      const values = selection.flatMap(({ bank, pcrs: indices }) =>
        indices.map((pcr) => pcrs.get(bank)?.get(pcr) ?? new Uint8Array()),
      );
      return signed(
        concat(
          head(type, magic, akName, qualifyingData, { ...CLOCK, ...clock }),
          selectionBytes(selection, sizeOfSelect),
          sized(rest.pcrDigest ?? digest(hash, ...values)),
          rest.trailing ?? new Uint8Array(),
        ),
      );
    },
    certify: (name, qualifyingData) =>
      signed(concat(head(0x8017, 0xff544347, akName, qualifyingData, CLOCK), sized(name), sized(name))),
  };
};
