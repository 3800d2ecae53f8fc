import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromBase64, isBase64, isHex, toHex } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { Base64UpTo, ListUpTo, Text } from '../../domain/encoding/primitives.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../../domain/tpm/algorithms.js';
import { faultsText } from '../text/faults-text.js';

/** A host's boot log as the automation API hands it out, and the registers that the API says come of it. */
export interface EventLogInfo {
  readonly log: Uint8Array;
  readonly truncated: boolean;
  readonly banks: ReadonlyArray<RegistersOfBank>;
  /** Banks of hash algorithms that are not read here, by the API's name. */
  readonly otherBanks: ReadonlyArray<string>;
}

export interface RegistersOfBank {
  readonly bank: HashAlgorithm;
  /** Lower-case hexadecimal, by number. */
  readonly registers: ReadonlyMap<number, string>;
}

const MOST_LOG_BYTES = 786_432;

/** A foreign format: what else is in it is passed over. */
const Info = t.type(
  {
    type: t.literal('EFI_TCG2_EVENT_LOG_FORMAT_TCG_2'),
    data: Base64UpTo(MOST_LOG_BYTES),
    truncated: t.boolean,
    banks: ListUpTo(t.type({ algorithm: Text(32), pcrs: t.record(t.string, t.string) }, 'PcrBank'), 8),
  },
  'EventLogInfo',
);

const BANKS: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
]);

const REGISTER = /^(?:\d|1\d|2[0-3])$/;

/** The reference says "binary" and shows neither form: its length tells base64 from hexadecimal. */
const digestOf = (bank: HashAlgorithm, text: string): string | undefined => {
  const size = DIGEST_SIZES[bank];
  const lower = text.toLowerCase();
  if (text.length === 2 * size) return isHex(lower) ? lower : undefined;
  const bytes = text.length === 4 * Math.ceil(size / 3) && isBase64(text) ? fromBase64(text) : undefined;
  return bytes?.length === size ? toHex(bytes) : undefined;
};

const registersOf = (
  bank: HashAlgorithm,
  algorithm: string,
  pcrs: Readonly<Record<string, string>>,
): E.Either<string, RegistersOfBank> =>
  pipe(
    Object.entries(pcrs),
    E.traverseArray(([pcr, text]): E.Either<string, readonly [number, string]> => {
      const digest = REGISTER.test(pcr) ? digestOf(bank, text) : undefined;
      return digest === undefined
        ? E.left(`banks: ${algorithm} must hold registers 0 to 23, each a digest of that algorithm`)
        : E.right([Number(pcr), digest]);
    }),
    E.map((entries) => ({ bank, registers: new Map(entries) })),
  );

/** Older forms of the API wrap an answer in `value`. */
const unwrapped = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'value' in json ? json.value : json;

/** Left: the rule that the document breaks. */
export const readEventLogInfo = (json: unknown): E.Either<string, EventLogInfo> =>
  pipe(
    decode(Info)(unwrapped(json)),
    E.mapLeft(({ faults }) => faultsText(faults)),
    E.flatMap(({ data, truncated, banks: given }) =>
      pipe(
        given,
        E.traverseArray(({ algorithm, pcrs }): E.Either<string, RegistersOfBank | undefined> => {
          const bank = BANKS.get(algorithm);
          return bank === undefined ? E.right(undefined) : registersOf(bank, algorithm, pcrs);
        }),
        E.map((banks) => ({
          log: fromBase64(data),
          truncated,
          banks: banks.flatMap((each) => each ?? []),
          otherBanks: given.flatMap(({ algorithm }) => (BANKS.has(algorithm) ? [] : [algorithm])),
        })),
      ),
    ),
  );
