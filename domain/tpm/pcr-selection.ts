import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { bytes, check, map, type Parser, record, times, u8, u32be } from '../encoding/reader.js';
import { HASH_ALGORITHMS, type HashAlgorithm } from './algorithms.js';
import { hashAlgorithm } from './schemes.js';

/** TPMS_PCR_SELECTION: one bank and a bitmap of 24 registers, bit 0 of the first byte for PCR 0. */
export interface PcrSelection {
  readonly bank: HashAlgorithm;
  readonly bitmap: Uint8Array;
}

export interface SelectedPcrs {
  readonly bank: HashAlgorithm;
  readonly pcrs: ReadonlyArray<number>;
}

const SELECT_SIZE = 3;

const sizeOfSelect = check(
  u8('sizeofSelect'),
  (size) => (size === SELECT_SIZE ? E.right(size) : E.left('must be 3')),
  'sizeofSelect',
);

const pcrSelection: Parser<PcrSelection> = map(
  record({ bank: hashAlgorithm('hash'), size: sizeOfSelect, bitmap: bytes('pcrSelect', SELECT_SIZE) }),
  ({ bank, bitmap }) => ({ bank, bitmap }),
);

const count = check(
  u32be('count'),
  (value) => (value <= HASH_ALGORITHMS.length ? E.right(value) : E.left('must not exceed the number of banks')),
  'pcrSelect.count',
);

const banksDiffer = (selections: ReadonlyArray<PcrSelection>): boolean =>
  new Set(selections.map(({ bank }) => bank)).size === selections.length;

/** TPML_PCR_SELECTION; a bank listed twice could be read in two ways. */
export const pcrSelections: Parser<ReadonlyArray<PcrSelection>> = check(
  (input, start) =>
    pipe(
      count(input, start),
      E.flatMap(({ value, offset }) => times(value, () => pcrSelection)(input, offset)),
    ),
  (selections) => (banksDiffer(selections) ? E.right(selections) : E.left('must not list a bank twice')),
  'pcrSelect',
);

/** In the order of the list, ascending in each bank: the order in which a PCR digest is made (Part 3, 18.4). */
export const selectedPcrs = (selections: ReadonlyArray<PcrSelection>): ReadonlyArray<SelectedPcrs> =>
  selections.map(({ bank, bitmap }) => {
    const pcrs: Array<number> = [];
    for (let pcr = 0; pcr < 8 * bitmap.length; pcr++)
      if (((bitmap[pcr >> 3] ?? 0) & (1 << (pcr & 7))) !== 0) pcrs.push(pcr);
    return { bank, pcrs };
  });
