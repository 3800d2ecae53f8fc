import * as t from 'io-ts';
import { isHex } from '../encoding/bytes.js';
import { closed, closedWith } from '../encoding/closed.js';
import { HexUpTo, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import type { TpmIdentity as CertifiedTpm } from '../tpm/tpm-identity.js';
import type { AppraisalResult } from './appraiser.js';
import { printable, reason } from './reason-codes.js';
import { Grade, QuotedClock, type Reason, RuleResult, Verdict } from './result.js';

const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

/** TPM maker, model and firmware as its endorsement certificate says them. */
export const TpmIdentity = closedWith(
  { manufacturer: Text(256), model: Text(256), firmwareVersion: Text(256) },
  { manufacturerName: Text(64), specificationFamily: Text(64) },
  'TpmIdentity',
);
export interface TpmIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmwareVersion: string;
  readonly manufacturerName?: string;
  readonly specificationFamily?: string;
}

/** A certificate's words in the form that an event may carry. */
export const recordedTpm = (tpm: CertifiedTpm): TpmIdentity => ({
  manufacturer: printable(tpm.manufacturer),
  model: printable(tpm.model),
  firmwareVersion: printable(tpm.firmwareVersion),
  ...(tpm.manufacturerName === undefined ? {} : { manufacturerName: printable(tpm.manufacturerName, 64) }),
  ...(tpm.specificationFamily === undefined ? {} : { specificationFamily: printable(tpm.specificationFamily, 64) }),
});

const BOOT_PCR = /^(?:sha1|sha256|sha384|sha512|sm3_256):[0-7]$/;
const MOST_BOOT_PCRS = 40;

const isBootPcrs = (u: unknown): u is Readonly<Record<string, string>> =>
  typeof u === 'object' &&
  u !== null &&
  Object.keys(u).length <= MOST_BOOT_PCRS &&
  Object.entries(u).every(
    ([key, value]) => BOOT_PCR.test(key) && typeof value === 'string' && value.length <= 128 && isHex(value),
  );

/** Values of PCR 0-7 as quoted, by "bank:pcr". */
const BootPcrs = new t.Type<Readonly<Record<string, string>>, unknown>(
  'BootPcrs',
  isBootPcrs,
  (u, c) => (isBootPcrs(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/**
 * A verdict as an event keeps it: all of it that a reader needs without the evidence, and the digests of what it was made
 * from. `claims` and `evidence` are the SHA-256 of documents in the evidence store.
 */
export const VerdictRecord = closed(
  {
    grade: Grade,
    /** Version of the appraiser that made it; the same version makes it again. */
    appraiser: SafeInt,
    verdict: Verdict,
    at: Instant,
    notAfter: Instant,
    rules: ListUpTo(RuleResult, 64),
    image: orNull(closed({ version: Text(128), digest: Sha256Hex }, 'JudgedImage')),
    reliedOn: closed({ tpmCa: orNull(Text(256)), endorsementKey: orNull(HexUpTo(64)) }, 'ReliedOn'),
    exceptions: ListUpTo(Text(64), 64),
    clock: orNull(QuotedClock),
    bootPcrs: BootPcrs,
    secureBoot: t.keyof({ enabled: null, disabled: null, absent: null, unknown: null }),
    claims: Sha256Hex,
    evidence: Sha256Hex,
    /** SHA-256 of the qualifying data that the quote had to carry; null for a relayed report, which carries none. */
    nonceDigest: orNull(Sha256Hex),
  },
  'VerdictRecord',
);
export type VerdictRecord = t.TypeOf<typeof VerdictRecord>;

/** An event has 64 kB: so many reasons always fit, whatever an attacker's log holds. */
const MOST_REASONS = 64;

export const capReasons = (rules: ReadonlyArray<RuleResult>): ReadonlyArray<RuleResult> => {
  let room = MOST_REASONS;
  return rules.map((rule) => {
    const kept = rule.reasons.slice(0, room);
    room -= kept.length;
    const left = rule.reasons.length - kept.length;
    return left === 0 ? rule : { ...rule, reasons: [...kept, reason('MoreReasons', { actual: String(left) })] };
  });
};

export interface RecordedDigests {
  readonly claims: string;
  readonly evidence: string;
  readonly nonceDigest: string | null;
}

export const toVerdictRecord = (
  grade: 'challenged' | 'offline',
  appraiser: number,
  at: string,
  result: AppraisalResult,
  digests: RecordedDigests,
): VerdictRecord => ({
  grade,
  appraiser,
  verdict: result.verdict,
  at,
  notAfter: result.notAfter,
  rules: capReasons(result.rules),
  image: result.image ?? null,
  reliedOn: { tpmCa: result.reliedOn.tpmCa ?? null, endorsementKey: result.reliedOn.endorsementKey ?? null },
  exceptions: result.exceptions,
  clock: result.claims.clock ?? null,
  bootPcrs: result.bootPcrs,
  secureBoot: result.claims.boot?.secureBoot.state ?? 'unknown',
  ...digests,
});

export const reasonsOf = (record: VerdictRecord): ReadonlyArray<Reason> =>
  record.rules.filter((rule) => rule.outcome === 'failed').flatMap((rule) => rule.reasons);
