import * as t from 'io-ts';
import { closed, closedWith } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Text } from '../encoding/primitives.js';

export const PolicyBank = t.keyof({ sha1: null, sha256: null, sha384: null, sha512: null });

/**
 * A firmware or loader deviation that is allowed by name, for the scope given, until a date: never silent tolerance.
 * Each use is recorded in the verdict.
 */
export const QuirkException = closed(
  {
    quirk: Text(64),
    /** Firmware version (EV_S_CRTM_VERSION) it is limited to; null: any. */
    firmwareVersion: t.union([t.null, Text(256)]),
    reason: Text(512),
    until: t.union([t.null, Instant]),
  },
  'QuirkException',
);
export type QuirkException = t.TypeOf<typeof QuirkException>;

const RULES = {
  /** Only endorsement keys on the list are trusted, whatever their certificate says. */
  requireEndorsementKeys: t.boolean,
  /** The endorsement key's certificate must lead to a trusted TPM CA. Without it, a bare listed key is enough. */
  requireCertificateValidation: t.boolean,
  requireSecureBoot: t.boolean,
  /** TPM vendor, firmware and firmware (BIOS) version must be on the compatibility list. */
  requireListedTpmModel: t.boolean,
  /** PCR banks that may decide. SHA-1 only by naming it here. */
  pcrBanks: ListUpTo(PolicyBank, 4),
  /** PCRs that a quote must cover. */
  requiredPcrs: ListUpTo(SafeInt, 24),
  /** SHA-1 in AK signatures or in certificate chains. */
  allowSha1Signatures: t.boolean,
  /** A verdict counts this long; after that, without newer evidence, the host is stale. */
  evidenceMaxAgeSeconds: SafeInt,
  tokenLifetimeSeconds: SafeInt,
  exceptions: ListUpTo(QuirkException, 64),
};

/** Rules that came later: absent is as it was before there was such a rule. */
const LATER_RULES = {
  /** The compatibility list is out of date when its date is so long ago. It warns, and decides nothing. Absent: it never is. */
  modelListMaxAgeDays: SafeInt,
};

/** Each rule by its name, for whoever takes some of them only. */
export const POLICY_RULES = { ...RULES, ...LATER_RULES };

/** What was recorded before there were later rules. */
export const FirstAttestationPolicy = closed(RULES, 'AttestationPolicy');

/** The appraisal policy for evidence (RFC 9334) of one group. Names follow the source system where it had them. */
export const AttestationPolicy = closedWith(RULES, LATER_RULES, 'AttestationPolicy');
export type AttestationPolicy = t.TypeOf<typeof AttestationPolicy>;

export const DEFAULT_POLICY: AttestationPolicy = {
  requireEndorsementKeys: false,
  requireCertificateValidation: true,
  requireSecureBoot: true,
  requireListedTpmModel: false,
  pcrBanks: ['sha256', 'sha384', 'sha512'],
  requiredPcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14],
  allowSha1Signatures: false,
  evidenceMaxAgeSeconds: 3600,
  tokenLifetimeSeconds: 300,
  exceptions: [],
};
