import {
  type CheckedVcenterReport,
  checkVcenterReport,
  type VcenterFinding,
  type VcenterFindingCode,
} from '../boot-log/check-vcenter-report.js';
import type { VcenterReport } from '../boot-log/vcenter-report.js';
import { toHex } from '../encoding/bytes.js';
import { plusSeconds } from '../encoding/instant.js';
import type { Json } from '../encoding/json.js';
import type { Hashing } from '../ports.js';
import type { AttestationPolicy } from './policy.js';
import { printable, type ReasonCode, reason } from './reason-codes.js';
import type { Reason, RuleResult, Verdict } from './result.js';
import { judged, notApplicable, notChecked } from './v1/rule-result.js';
import { capReasons, type RecordedDigests, type VerdictRecord } from './verdict-record.js';

type RelayedRule = 'report-reliable' | 'report-form' | 'report-replay' | 'event-data';

const RULES: Readonly<Record<VcenterFindingCode, readonly [RelayedRule, ReasonCode]>> = {
  VcenterLogUnreliable: ['report-reliable', 'ReportNotReliable'],
  VcenterDigestMethodMissing: ['report-form', 'ReportIncomplete'],
  VcenterDigestSizeInvalid: ['report-form', 'ReportIncomplete'],
  VcenterRegisterInvalid: ['report-form', 'ReportIncomplete'],
  VcenterRegisterRepeated: ['report-form', 'ReportIncomplete'],
  VcenterEventUnreadable: ['report-form', 'ReportIncomplete'],
  VcenterRegisterDoesNotReplay: ['report-replay', 'ReportDoesNotReplay'],
  VcenterOptionMismatch: ['event-data', 'EventDataMismatch'],
};

/** What stands behind a host's own quote and is missing from hearsay. */
const NEVER_CHECKED = ['credential-activation', 'quote-signature', 'qualifying-data', 'endorsement-key'];

/**
 * A verdict over what a management server says of a host. No attestation key and no nonce stand behind it: whatever the
 * verdict, `grade` keeps it from being the host's word, and so from trust, membership and keys.
 */
export interface RelayedResult {
  readonly grade: 'relayed';
  readonly verdict: Verdict;
  readonly reasons: ReadonlyArray<Reason>;
  readonly rules: ReadonlyArray<RuleResult>;
  readonly claims: RelayedClaims;
  readonly notAfter: string;
}

export interface RelayedClaims {
  readonly secureBoot: 'enabled' | 'disabled' | 'absent';
  /** Whether the host runs installed VIBs only; undefined when the report does not say. Noted, not judged. */
  readonly execInstalledOnly: boolean | undefined;
  readonly components: ReadonlyArray<{
    readonly pcr: number;
    readonly name: string;
    readonly vib: string | undefined;
    readonly digest: string;
  }>;
  readonly commandLines: ReadonlyArray<string>;
}

const optionOf = (report: VcenterReport, name: string): boolean | undefined => {
  const values = report.events.flatMap(({ details }) => {
    const match = details.kind === 'boot-security-option' ? /^\s*(\w+)\s*=\s*(\w+)\s*$/.exec(details.option) : null;
    return match?.[1] === name ? [match[2]?.toUpperCase() === 'TRUE'] : [];
  });
  // Said twice and differently, the worse counts.
  return values.length === 0 ? undefined : values.every((value) => value);
};

const claimsOf = (report: VcenterReport): RelayedClaims => {
  const secureBoot = optionOf(report, 'uefiSecureBootEnabled');
  return {
    secureBoot: secureBoot === undefined ? 'absent' : secureBoot ? 'enabled' : 'disabled',
    execInstalledOnly: optionOf(report, 'execInstalledOnly'),
    components: report.events.flatMap(({ pcr, digest, details }) =>
      details.kind === 'software-component'
        ? [
            {
              pcr,
              name: printable(details.componentName),
              vib:
                details.vibName === undefined ? undefined : printable(`${details.vibName} ${details.vibVersion ?? ''}`),
              digest: toHex(digest),
            },
          ]
        : [],
    ),
    commandLines: report.events.flatMap(({ details }) =>
      details.kind === 'command' ? [printable(details.commandLine, 1024)] : [],
    ),
  };
};

const findingRule = (rule: RelayedRule, findings: ReadonlyArray<VcenterFinding>): RuleResult =>
  judged(
    rule,
    findings
      .filter(({ code }) => RULES[code][0] === rule)
      .map(({ code, pcr, event }) => {
        const named = RULES[code][1] === 'ReportIncomplete' ? { subject: code } : {};
        return reason(RULES[code][1], { ...named, pcr, event });
      }),
  );

const secureBootRule = (
  report: VcenterReport,
  { replays }: CheckedVcenterReport,
  { secureBoot }: RelayedClaims,
  policy: AttestationPolicy,
): RuleResult => {
  if (!policy.requireSecureBoot) return notApplicable('secure-boot', 'policy does not ask for Secure Boot');
  const registers = report.events
    .filter(({ details }) => details.kind === 'boot-security-option')
    .map(({ pcr }) => pcr);
  if (registers.some((pcr) => replays.get(pcr) !== 'replays')) return notChecked('secure-boot', 'report-replay');
  if (secureBoot === 'enabled') return judged('secure-boot', []);
  return judged('secure-boot', [reason(secureBoot === 'disabled' ? 'SecureBootDisabled' : 'SecureBootStateMissing')]);
};

export const appraiseRelayed = (
  hashing: Hashing,
  report: VcenterReport,
  policy: AttestationPolicy,
  at: string,
): RelayedResult => {
  const checked = checkVcenterReport(hashing, report);
  const claims = claimsOf(report);
  const judgedRules = [
    findingRule('report-reliable', checked.findings),
    findingRule('report-form', checked.findings),
    findingRule('report-replay', checked.findings),
    findingRule('event-data', checked.findings),
    secureBootRule(report, checked, claims, policy),
  ];
  const isHolding = judgedRules.every(({ outcome }) => outcome === 'passed' || outcome === 'not-applicable');
  return {
    grade: 'relayed',
    verdict: isHolding ? 'affirming' : 'contraindicated',
    reasons: judgedRules.flatMap(({ reasons }) => reasons),
    rules: [
      ...NEVER_CHECKED.map((rule) =>
        notChecked(rule, 'a management server relayed this: no key of the host vouches for it'),
      ),
      ...judgedRules,
    ],
    claims,
    notAfter: plusSeconds(at, policy.evidenceMaxAgeSeconds),
  };
};

/** For the evidence store, beside the report itself. */
export const relayedClaimsDocument = (claims: RelayedClaims): Json => ({
  v: 1,
  relayed: {
    secureBoot: claims.secureBoot,
    execInstalledOnly: claims.execInstalledOnly ?? null,
    components: claims.components.map(({ pcr, name, vib, digest }) => ({ pcr, name, vib: vib ?? null, digest })),
    commandLines: claims.commandLines,
  },
});

export const toRelayedRecord = (
  appraiser: number,
  at: string,
  result: RelayedResult,
  digests: Omit<RecordedDigests, 'nonceDigest'>,
): VerdictRecord => ({
  grade: result.grade,
  appraiser,
  verdict: result.verdict,
  at,
  notAfter: result.notAfter,
  rules: capReasons(result.rules),
  image: null,
  reliedOn: { tpmCa: null, endorsementKey: null },
  exceptions: [],
  clock: null,
  bootPcrs: {},
  secureBoot: result.claims.secureBoot,
  ...digests,
  nonceDigest: null,
});
