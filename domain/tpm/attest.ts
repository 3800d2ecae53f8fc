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
  u8,
  u16be,
  u32be,
  u64be,
} from '../encoding/reader.js';
import { type PcrSelection, pcrSelections } from './pcr-selection.js';

/** TPMS_CLOCK_INFO: followed from quote to quote; `safe` false means that the clock may have gone back. */
export interface ClockInfo {
  readonly clock: bigint;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly safe: boolean;
}

interface Common {
  readonly qualifiedSigner: Uint8Array;
  /** What the caller of the TPM gave: binds the attestation to one challenge. */
  readonly extraData: Uint8Array;
  readonly clockInfo: ClockInfo;
  readonly firmwareVersion: bigint;
}

export interface QuoteAttest extends Common {
  readonly _tag: 'Quote';
  readonly pcrSelections: ReadonlyArray<PcrSelection>;
  readonly pcrDigest: Uint8Array;
}

export interface CertifyAttest extends Common {
  readonly _tag: 'Certify';
  readonly name: Uint8Array;
  readonly qualifiedName: Uint8Array;
}

export interface CreationAttest extends Common {
  readonly _tag: 'Creation';
  readonly name: Uint8Array;
  readonly creationHash: Uint8Array;
}

/** What a TPM says about itself (TPM 2.0 Part 2, 10.12.12). Worth nothing before a restricted key's signature is checked. */
export type TpmsAttest = QuoteAttest | CertifyAttest | CreationAttest;

const MAGIC = 0xff544347;
const TYPE_CERTIFY = 0x8017;
const TYPE_QUOTE = 0x8018;
const TYPE_CREATION = 0x801a;
const ATTEST_CAP = 1024;
/** sizeof(TPMT_HA): the largest TPM2B_NAME and TPM2B_DATA. */
const LARGEST_NAME = 66;
const LARGEST_DIGEST = 64;

const name = (field: string): Parser<Uint8Array> => sized(field, u16be(`${field}.size`), LARGEST_NAME);

/** TPM_GENERATED_VALUE: a restricted key signs nothing else that begins so (Part 2, 6.2). */
const magic = check(
  u32be('magic'),
  (value) => (value === MAGIC ? E.right(value) : E.left('must be ff544347')),
  'magic',
);

const TYPES: ReadonlyMap<number, TpmsAttest['_tag']> = new Map([
  [TYPE_CERTIFY, 'Certify'],
  [TYPE_QUOTE, 'Quote'],
  [TYPE_CREATION, 'Creation'],
]);

const attestType = check(
  u16be('type'),
  (id) => E.fromNullable('must be 8018 (quote), 8017 (certify) or 801a (creation)')(TYPES.get(id)),
  'type',
);

const yesNo = check(
  u8('clockInfo.safe'),
  (value) => (value <= 1 ? E.right(value === 1) : E.left('must be 0 or 1')),
  'clockInfo.safe',
);

const header = record({
  magic,
  type: attestType,
  common: record({
    qualifiedSigner: name('qualifiedSigner'),
    extraData: name('extraData'),
    clockInfo: record({
      clock: u64be('clockInfo.clock'),
      resetCount: u32be('clockInfo.resetCount'),
      restartCount: u32be('clockInfo.restartCount'),
      safe: yesNo,
    }),
    firmwareVersion: u64be('firmwareVersion'),
  }),
});

const quoteInfo = record({
  pcrSelections,
  pcrDigest: sized('pcrDigest', u16be('pcrDigest.size'), LARGEST_DIGEST),
});

const certifyInfo = record({ name: name('name'), qualifiedName: name('qualifiedName') });

const creationInfo = record({
  name: name('name'),
  creationHash: sized('creationHash', u16be('creationHash.size'), LARGEST_DIGEST),
});

const infoOf = (type: TpmsAttest['_tag'], common: Common): Parser<TpmsAttest> => {
  switch (type) {
    case 'Quote':
      return map(quoteInfo, (info): TpmsAttest => ({ _tag: type, ...common, ...info }));
    case 'Certify':
      return map(certifyInfo, (info): TpmsAttest => ({ _tag: type, ...common, ...info }));
    case 'Creation':
      return map(creationInfo, (info): TpmsAttest => ({ _tag: type, ...common, ...info }));
  }
};

const attest: Parser<TpmsAttest> = (input, start) => {
  const head = header(input, start);
  if (E.isLeft(head)) return head;
  const { type, common } = head.right.value;
  const { qualifiedSigner, extraData, clockInfo, firmwareVersion } = common;
  return infoOf(type, { qualifiedSigner, extraData, clockInfo, firmwareVersion })(input, head.right.offset);
};

/** Exactly one TPMS_ATTEST of a quote, or of a certification of a key or of its creation; at most 1 kB. */
export const parseAttest = (input: Uint8Array): Parsed<TpmsAttest> =>
  input.length > ATTEST_CAP
    ? E.left(parseError('attest', 0, `is ${String(input.length)} bytes long, at most ${String(ATTEST_CAP)} allowed`))
    : parseAll(attest, 'attest')(input);
