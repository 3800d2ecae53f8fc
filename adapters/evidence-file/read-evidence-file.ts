import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { Evidence } from '../../domain/appraisal/evidence.js';
import { PcrTexts, pcrValuesOf } from '../../domain/appraisal/evidence-manifest.js';
import { fromBase64, fromHex } from '../../domain/encoding/bytes.js';
import { closedWith } from '../../domain/encoding/closed.js';
import { type DecodeError, decode } from '../../domain/encoding/explain.js';
import { type JsonError, parseJson } from '../../domain/encoding/json.js';
import { Base64UpTo, HexUpTo, ListUpTo, Text } from '../../domain/encoding/primitives.js';

const LARGEST_FILE = 1 << 20;
const LARGEST_CERTIFICATE = 16_384;
const LARGEST_STRUCTURE = 4096;
const LARGEST_PEM = 65_536;

/** A host without a certificate writes an empty text. */
const orEmpty = (codec: t.Type<string, unknown>): t.Type<string, unknown> => {
  const is = (u: unknown): u is string => u === '' || codec.is(u);
  return new t.Type(`${codec.name} or empty`, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity);
};

const Pem = new t.Type<string, unknown>(
  `PEM(at most ${String(LARGEST_PEM)} characters)`,
  (u): u is string => typeof u === 'string' && u.length <= LARGEST_PEM,
  (u, c) => (typeof u === 'string' && u.length <= LARGEST_PEM ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** Binary values in base64, as the TPM gave them; nonce and registers in hex. */
const EvidenceFile = closedWith(
  {
    nonce: HexUpTo(64),
    akPublic: Base64UpTo(LARGEST_STRUCTURE),
    pcrs: PcrTexts,
    eventLog: orEmpty(Base64UpTo(LARGEST_FILE)),
  },
  {
    scheme: Text(64),
    akName: HexUpTo(66),
    ekCertificate: orEmpty(Base64UpTo(LARGEST_CERTIFICATE)),
    ekPublic: orEmpty(Base64UpTo(LARGEST_STRUCTURE)),
    quote: orEmpty(Base64UpTo(LARGEST_STRUCTURE)),
    signature: orEmpty(Base64UpTo(LARGEST_STRUCTURE)),
    intermediates: ListUpTo(Base64UpTo(LARGEST_CERTIFICATE), 8),
    ekIssuers: ListUpTo(Pem, 16),
  },
  'EvidenceFile',
);
type EvidenceFile = t.TypeOf<typeof EvidenceFile>;

/** `akName` is the file's claim; the name that counts is computed from `akPublic`. */
export interface ReadEvidenceFile {
  readonly evidence: Evidence;
  readonly nonce: Uint8Array;
  readonly ekIssuersPem: ReadonlyArray<string>;
  readonly akName: string | undefined;
}

export interface EvidenceFileTooLarge {
  readonly _tag: 'EvidenceFileTooLarge';
  readonly size: number;
  readonly limit: number;
}

export type EvidenceFileError = EvidenceFileTooLarge | JsonError | DecodeError;

const present = (text: string | undefined): Uint8Array | undefined =>
  text === undefined || text === '' ? undefined : fromBase64(text);

const evidenceOf = (file: EvidenceFile): Evidence => ({
  ekCertificate: present(file.ekCertificate),
  intermediates: (file.intermediates ?? []).map(fromBase64),
  ekPublic: present(file.ekPublic),
  akPublic: fromBase64(file.akPublic),
  quote: present(file.quote),
  signature: present(file.signature),
  pcrs: pcrValuesOf(file.pcrs),
  bootLog: fromBase64(file.eventLog),
});

/** The offline form of evidence, with its nonce. The size is that of the text: all that a good file holds is ASCII. */
export const readEvidenceFile = (text: string): E.Either<EvidenceFileError, ReadEvidenceFile> => {
  if (text.length > LARGEST_FILE)
    return E.left({ _tag: 'EvidenceFileTooLarge', size: text.length, limit: LARGEST_FILE });
  return pipe(
    parseJson(text),
    E.flatMap((json): E.Either<EvidenceFileError, EvidenceFile> => decode(EvidenceFile)(json)),
    E.map((file) => ({
      evidence: evidenceOf(file),
      nonce: fromHex(file.nonce),
      ekIssuersPem: file.ekIssuers ?? [],
      akName: file.akName,
    })),
  );
};
