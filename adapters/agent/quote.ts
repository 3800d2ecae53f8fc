import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { AgentError } from './agent-error.js';
import { ATTESTATION_KEY_KINDS, type AttestationKeyKind } from './attestation-key.js';
import { readCapped } from './private-files.js';
import type { TpmSession } from './tpm-session.js';

export interface PcrSelection {
  readonly bank: HashAlgorithm;
  /** Ascending, without repetition. */
  readonly indices: ReadonlyArray<number>;
}

export interface QuoteRequest {
  readonly kind: AttestationKeyKind;
  readonly selections: ReadonlyArray<PcrSelection>;
  readonly qualifyingData: Uint8Array;
}

export interface Quote {
  /** TPMS_ATTEST. */
  readonly attest: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
  /** Bank -> register index -> hexadecimal value: the values that the quote's digest covers. */
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const STRUCTURE_CAP = 4_096;

const sizeOf = ({ bank, indices }: PcrSelection): number => DIGEST_SIZES[bank] * indices.length;

const valuesOf = ({ bank, indices }: PcrSelection, bytes: Uint8Array): Readonly<Record<string, string>> => {
  const size = DIGEST_SIZES[bank];
  return Object.fromEntries(
    indices.map((index, i) => [String(index), toHex(bytes.subarray(i * size, (i + 1) * size))]),
  );
};

const pcrsOf = (selections: ReadonlyArray<PcrSelection>, bytes: Uint8Array): Quote['pcrs'] => {
  const offsetOf = (position: number): number =>
    selections.slice(0, position).reduce((sum, each) => sum + sizeOf(each), 0);
  return Object.fromEntries(selections.map((each, i) => [each.bank, valuesOf(each, bytes.subarray(offsetOf(i)))]));
};

/** The tool reads the registers and checks them against the quote's digest, so both are of one moment. */
export const quote = (
  { run, folder }: TpmSession,
  attestationKey: string,
  { kind, selections, qualifyingData }: QuoteRequest,
): TE.TaskEither<AgentError, Quote> => {
  const file = (name: string): string => join(folder, name);
  const { scheme, hash } = ATTESTATION_KEY_KINDS[kind];
  const selection = selections.map(({ bank, indices }) => `${bank}:${indices.join(',')}`).join('+');
  const what = ['-l', selection, '-q', toHex(qualifyingData), '--scheme', scheme, '-g', hash];
  const outputs = ['-m', file('quote.msg'), '-s', file('quote.sig'), '-o', file('quote.pcrs'), '-F', 'values'];
  const pcrBytes = selections.reduce((sum, each) => sum + sizeOf(each), 0);
  return pipe(
    run('tpm2_quote', ['-Q', '-c', attestationKey, ...what, ...outputs]),
    TE.flatMap(() => TE.Do),
    TE.bind('attest', () => readCapped(file('quote.msg'), STRUCTURE_CAP)),
    TE.bind('signature', () => readCapped(file('quote.sig'), STRUCTURE_CAP)),
    TE.bind('values', () => readCapped(file('quote.pcrs'), pcrBytes)),
    TE.filterOrElse(
      ({ values }) => values.length === pcrBytes,
      // A bank that is not allocated answers with fewer registers than asked for.
      (): AgentError => ({ _tag: 'FileFault', file: 'quote.pcrs', rule: `lacks registers of ${selection}` }),
    ),
    TE.map(({ attest, signature, values }) => ({ attest, signature, pcrs: pcrsOf(selections, values) })),
  );
};
