import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromBase64, fromHex, isHex, toBase64, toHex } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { type DecodeError, decode } from '../encoding/explain.js';
import { Base64UpTo, ListUpTo, Sha256Hex } from '../encoding/primitives.js';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../tpm/algorithms.js';
import type { Evidence } from './evidence.js';

const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

const INDEX = /^(?:0|[1-9]|1\d|2[0-3])$/;

type PcrTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const isBank = (u: unknown): boolean =>
  typeof u === 'object' &&
  u !== null &&
  Object.entries(u).every(
    ([index, value]) => INDEX.test(index) && typeof value === 'string' && value.length <= 128 && isHex(value),
  );

const isPcrTexts = (u: unknown): u is PcrTexts =>
  typeof u === 'object' &&
  u !== null &&
  Object.entries(u).every(([bank, values]) => HASH_ALGORITHMS.some((known) => known === bank) && isBank(values));

/** Register values in hex by bank and index, the same in evidence files and in manifests. */
export const PcrTexts = new t.Type<PcrTexts, unknown>(
  'Pcrs(values in hex by bank and index 0-23)',
  isPcrTexts,
  (u, c) => (isPcrTexts(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/**
 * Evidence as the evidence store keeps it: small parts inside, large ones (which many hosts share) as blobs of their own, by
 * SHA-256. The manifest's own digest names the whole evidence in an event.
 */
export const EvidenceManifest = closed(
  {
    v: t.literal(1),
    ekCertificate: orNull(Sha256Hex),
    intermediates: ListUpTo(Sha256Hex, 8),
    bootLog: Sha256Hex,
    ekPublic: orNull(Base64UpTo(4096)),
    akPublic: Base64UpTo(4096),
    quote: orNull(Base64UpTo(4096)),
    signature: orNull(Base64UpTo(4096)),
    pcrs: PcrTexts,
  },
  'EvidenceManifest',
);
export type EvidenceManifest = t.TypeOf<typeof EvidenceManifest>;

/** Digests of the parts that are kept as blobs. */
export interface EvidenceDigests {
  readonly ekCertificate: string | undefined;
  readonly intermediates: ReadonlyArray<string>;
  readonly bootLog: string;
}

const textOrNull = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : toBase64(bytes));

export const pcrTexts = (pcrs: Evidence['pcrs']): PcrTexts =>
  Object.fromEntries(
    [...pcrs].map(([bank, values]) => [
      bank,
      Object.fromEntries([...values].map(([pcr, value]) => [String(pcr), toHex(value)])),
    ]),
  );

/** Only for values that `PcrTexts` accepted. */
export const pcrValuesOf = (texts: PcrTexts): Evidence['pcrs'] =>
  new Map(
    Object.entries(texts).map(([bank, values]) => [
      bank as HashAlgorithm,
      new Map(Object.entries(values).map(([pcr, value]) => [Number(pcr), fromHex(value)])),
    ]),
  );

export const evidenceToManifest = (evidence: Evidence, digests: EvidenceDigests): EvidenceManifest => ({
  v: 1,
  ekCertificate: digests.ekCertificate ?? null,
  intermediates: digests.intermediates,
  bootLog: digests.bootLog,
  ekPublic: textOrNull(evidence.ekPublic),
  akPublic: toBase64(evidence.akPublic),
  quote: textOrNull(evidence.quote),
  signature: textOrNull(evidence.signature),
  pcrs: pcrTexts(evidence.pcrs),
});

/** The blobs that `manifestToEvidence` will ask for. */
export const blobsOf = (manifest: EvidenceManifest): ReadonlyArray<string> => [
  ...(manifest.ekCertificate === null ? [] : [manifest.ekCertificate]),
  ...manifest.intermediates,
  manifest.bootLog,
];

export interface BlobMissing {
  readonly _tag: 'BlobMissing';
  readonly sha256: string;
}

/** The exact evidence back. Blobs are trusted to have the digest they are given under: the evidence store checks it. */
export const manifestToEvidence = (
  manifest: EvidenceManifest,
  blobs: ReadonlyMap<string, Uint8Array>,
): E.Either<BlobMissing, Evidence> => {
  const missing = blobsOf(manifest).find((sha256) => !blobs.has(sha256));
  if (missing !== undefined) return E.left({ _tag: 'BlobMissing', sha256: missing });
  const blob = (sha256: string): Uint8Array => blobs.get(sha256) ?? new Uint8Array();
  const inline = (text: string | null): Uint8Array | undefined => (text === null ? undefined : fromBase64(text));
  return E.right({
    ekCertificate: manifest.ekCertificate === null ? undefined : blob(manifest.ekCertificate),
    intermediates: manifest.intermediates.map(blob),
    ekPublic: inline(manifest.ekPublic),
    akPublic: fromBase64(manifest.akPublic),
    quote: inline(manifest.quote),
    signature: inline(manifest.signature),
    pcrs: pcrValuesOf(manifest.pcrs),
    bootLog: blob(manifest.bootLog),
  });
};

export const decodeManifest = (document: unknown): E.Either<DecodeError, EvidenceManifest> =>
  pipe(document, decode(EvidenceManifest));
