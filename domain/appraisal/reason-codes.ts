import type { Reason } from './result.js';

/** Every reason that any rule of any appraiser version gives. docs/reasons.md says what each means and what to do. */
export const REASON_CODES = [
  // The TPM and its keys.
  'NoTpm20',
  'AttestationKeyMalformed',
  'AttestationKeyNotRestricted',
  'AttestationKeyNotSigning',
  'AttestationKeyDecrypts',
  'AttestationKeyNotFixedTpm',
  'AttestationKeyNotFixedParent',
  'AttestationKeyNotTpmGenerated',
  'AttestationKeyAlgorithmWeak',
  'AttestationKeySchemeUnusable',
  'AttestationKeyNotCertified',
  'EndorsementKeyMissing',
  'EndorsementKeyMalformed',
  'EndorsementKeyUnfit',
  'EndorsementKeyMismatch',
  'EndorsementKeyNotBound',
  'EndorsementKeyRevoked',
  'EndorsementKeyNotListed',
  'EndorsementKeyUntrusted',
  'EndorsementCertificateMissing',
  'EndorsementCertificateMalformed',
  'EndorsementCertificateExpired',
  'EndorsementCertificateNotYetValid',
  'EndorsementCertificateUnfit',
  'EndorsementCertificateSha1',
  'EndorsementCertificateSignatureInvalid',
  'TpmModelUnknown',
  'TpmModelNotListed',
  // The quote.
  'QuoteSignatureInvalid',
  'QuoteSignatureSha1',
  'QuoteMalformed',
  'QuoteNotTpmGenerated',
  'NotAQuote',
  'NonceMismatch',
  'PcrBankNotAllowed',
  'RequiredPcrNotQuoted',
  'PcrNotQuoted',
  'PcrValueMissing',
  'PcrValueMalformed',
  'PcrDigestMismatch',
  'ClockWentBack',
  'ResetCountWentBack',
  'RestartCountWentBack',
  'PcrsChangedWithoutReset',
  // The boot log.
  'BootLogMissing',
  'BootLogTruncated',
  'BootLogMalformed',
  'BootLogTooLarge',
  'BootLogPadded',
  'BootLogHeaderRepeated',
  'BootLogAlgorithmUnknown',
  'BootLogDigestsIncomplete',
  'BootLogBankMissing',
  'BootLogDoesNotReplay',
  'NotUefi',
  'EventDataMismatch',
  'EventMalformed',
  'BanksDisagree',
  'StartupLocalityInvalid',
  'SeparatorMissing',
  'SeparatorDuplicate',
  'SeparatorInvalid',
  'FirmwareError',
  'EventsAfterExitBootServices',
  'FirmwareQuirk',
  // Secure Boot.
  'SecureBootDisabled',
  'SecureBootStateMissing',
  'SecureBootVariableInvalid',
  'SecureBootKeysMissing',
  'SecureBootSetupMode',
  'SecureBootAuditMode',
  'FirmwareDebugMode',
  'ConfigurationAfterSeparator',
  'VariableDuplicate',
  'UnexpectedEventInPcr7',
  'AuthorityNotInDb',
  'AuthorityOutOfOrder',
  'ForbiddenByDbx',
  // The base image.
  'NoBaseImageApproved',
  'BaseImageUnknown',
  'BaseImageWithdrawn',
  'BaseImageBankNotQuoted',
  'BaseImagePcrNotQuoted',
  'UnexplainedMeasurement',
  'UnknownModule',
  'MissingModule',
  'ModuleDigestMismatch',
  'ModuleInWrongPcr',
  'ModuleRepeated',
  'BootOptionNotAllowed',
  'SignerNotAllowed',
  'CommandLineMissing',
  'CommandLineNotAllowed',
  'CommandLineTokenMissing',
  'UnknownBootApplication',
  'MissingBootApplication',
  'AuthorityNotAllowed',
  'UnknownFile',
  'MissingFile',
  'FileDigestMismatch',
  'FileRepeated',
  'GoldenPcrMismatch',
  // A report that a management server relayed.
  'ReportNotReliable',
  'ReportIncomplete',
  'ReportDoesNotReplay',
  // More than a record has room for; `actual` counts them.
  'MoreReasons',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

const LONGEST = 160;

/** Names in boot logs and certificates are an attacker's text: what is not printable ASCII is escaped, and it is cut. */
export const printable = (text: string, longest: number = LONGEST): string => {
  let out = '';
  for (const character of text.slice(0, longest)) {
    const code = character.codePointAt(0) ?? 0;
    out += code >= 0x20 && code < 0x7f ? character : `\\u{${code.toString(16)}}`;
    if (out.length >= longest) return `${out.slice(0, longest - 3)}...`;
  }
  return text.length > longest ? `${out.slice(0, longest - 3)}...` : out;
};

export interface ReasonDetail {
  readonly subject?: string | undefined;
  readonly pcr?: number | undefined;
  readonly event?: number | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
}

/** Empty and undefined details stay away, so that a reason has one form. */
export const reason = (code: ReasonCode, detail: ReasonDetail = {}): Reason => {
  const text = (name: 'subject' | 'expected' | 'actual'): Partial<Reason> => {
    const value = detail[name];
    return value === undefined || value === '' ? {} : { [name]: printable(value) };
  };
  return {
    code,
    ...text('subject'),
    ...(detail.pcr === undefined ? {} : { pcr: detail.pcr }),
    ...(detail.event === undefined ? {} : { event: detail.event }),
    ...text('expected'),
    ...text('actual'),
  };
};
