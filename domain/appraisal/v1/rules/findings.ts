import type { BootLogFinding, BootLogFindingCode } from '../../../boot-log/claims.js';
import type { QuirkException } from '../../policy.js';
import { type ReasonCode, reason } from '../../reason-codes.js';
import type { Reason, RuleResult } from '../../result.js';
import { judged, passed } from '../rule-result.js';

type FindingRule =
  | 'event-data'
  | 'measurements-explained'
  | 'separators'
  | 'boot-sequence'
  | 'secure-boot'
  | 'secure-boot-authorities'
  | 'dbx'
  | 'firmware-quirks';

const RULES: Readonly<Record<BootLogFindingCode, readonly [FindingRule, ReasonCode]>> = {
  EventDataMismatch: ['event-data', 'EventDataMismatch'],
  EventMalformed: ['event-data', 'EventMalformed'],
  BanksDisagree: ['event-data', 'BanksDisagree'],
  StartupLocalityInvalid: ['event-data', 'StartupLocalityInvalid'],
  UnexplainedMeasurement: ['measurements-explained', 'UnexplainedMeasurement'],
  SeparatorMissing: ['separators', 'SeparatorMissing'],
  SeparatorDuplicate: ['separators', 'SeparatorDuplicate'],
  SeparatorInvalid: ['separators', 'SeparatorInvalid'],
  FirmwareError: ['separators', 'FirmwareError'],
  EventsAfterExitBootServices: ['boot-sequence', 'EventsAfterExitBootServices'],
  ConfigurationAfterSeparator: ['secure-boot', 'ConfigurationAfterSeparator'],
  VariableDuplicate: ['secure-boot', 'VariableDuplicate'],
  SecureBootVariableInvalid: ['secure-boot', 'SecureBootVariableInvalid'],
  SecureBootKeysMissing: ['secure-boot', 'SecureBootKeysMissing'],
  UnexpectedEventInPcr7: ['secure-boot', 'UnexpectedEventInPcr7'],
  AuthorityNotInDb: ['secure-boot-authorities', 'AuthorityNotInDb'],
  AuthorityOutOfOrder: ['secure-boot-authorities', 'AuthorityOutOfOrder'],
  ForbiddenByDbx: ['dbx', 'ForbiddenByDbx'],
  'Quirk:ShimAuthorityTrailingByte': ['firmware-quirks', 'FirmwareQuirk'],
  'Quirk:SeparatorWithoutCallingEfiApplication': ['firmware-quirks', 'FirmwareQuirk'],
  'Quirk:ExitBootServicesMissing': ['firmware-quirks', 'FirmwareQuirk'],
};

const QUIRK = 'Quirk:';

/** The name by which policy excepts a quirk. */
export const quirkOf = ({ code }: BootLogFinding): string => code.replace(QUIRK, '');

const reasonOf = (finding: BootLogFinding): Reason => {
  const [, code] = RULES[finding.code];
  const quirk = code === 'FirmwareQuirk';
  return reason(code, {
    subject: quirk ? quirkOf(finding) : undefined,
    pcr: finding.pcr,
    event: finding.event,
    actual: finding.detail,
  });
};

export const findingsOf = (rule: FindingRule, findings: ReadonlyArray<BootLogFinding>): ReadonlyArray<BootLogFinding> =>
  findings.filter(({ code }) => RULES[code][0] === rule);

export const findingReasons = (rule: FindingRule, findings: ReadonlyArray<BootLogFinding>): ReadonlyArray<Reason> =>
  findingsOf(rule, findings).map(reasonOf);

export interface QuirkContext {
  readonly exceptions: ReadonlyArray<QuirkException>;
  readonly firmwareVersion: string | undefined;
  readonly at: string;
}

const covers = (exception: QuirkException, quirk: string, { firmwareVersion, at }: QuirkContext): boolean =>
  exception.quirk.replace(QUIRK, '') === quirk &&
  (exception.firmwareVersion === null || exception.firmwareVersion === firmwareVersion) &&
  (exception.until === null || at < exception.until);

/** A quirk fails unless policy names it for this firmware and time; then it is counted, and shown as excepted. */
export const judgeQuirks = (
  findings: ReadonlyArray<BootLogFinding>,
  context: QuirkContext,
): { readonly rule: RuleResult; readonly used: ReadonlyArray<string> } => {
  const quirks = findingsOf('firmware-quirks', findings);
  const isExcepted = (finding: BootLogFinding): boolean =>
    context.exceptions.some((exception) => covers(exception, quirkOf(finding), context));
  const refused = quirks.filter((finding) => !isExcepted(finding));
  if (refused.length > 0) return { rule: judged('firmware-quirks', refused.map(reasonOf)), used: [] };
  if (quirks.length === 0) return { rule: passed('firmware-quirks'), used: [] };
  return {
    rule: { rule: 'firmware-quirks', outcome: 'excepted', reasons: quirks.map(reasonOf) },
    used: [...new Set(quirks.map(quirkOf))],
  };
};
