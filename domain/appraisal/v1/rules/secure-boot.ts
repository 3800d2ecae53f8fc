import type { BootLogFinding, SecureBootClaims } from '../../../boot-log/claims.js';
import { reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';
import { findingReasons } from './findings.js';

/** Findings that only say what a missing or disabled Secure Boot brings with it. */
const CONSEQUENCES: ReadonlyArray<string> = ['SecureBootKeysMissing', 'SecureBootVariableInvalid'];

const missingKeys = ({ pk, kek, db }: SecureBootClaims): ReadonlyArray<Reason> => {
  const empty = Object.entries({ PK: pk, KEK: kek, db }).filter(([, entries]) => entries.length === 0);
  return empty.map(([name]) => reason('SecureBootKeysMissing', { subject: name, pcr: 7 }));
};

const modeReasons = (claims: SecureBootClaims): ReadonlyArray<Reason> => [
  ...(claims.setupMode === true ? [reason('SecureBootSetupMode', { pcr: 7 })] : []),
  ...(claims.auditMode === true ? [reason('SecureBootAuditMode', { pcr: 7 })] : []),
  ...(claims.debugMode ? [reason('FirmwareDebugMode', { pcr: 7 })] : []),
];

/** Enabled, with keys to verify with, and in no mode that lets unverified code run. */
export const secureBootReasons = (
  claims: SecureBootClaims,
  findings: ReadonlyArray<BootLogFinding>,
): ReadonlyArray<Reason> => {
  const found = findingReasons('secure-boot', findings);
  const apart = found.filter(({ code }) => !CONSEQUENCES.includes(code));
  switch (claims.state) {
    case 'disabled':
      return [reason('SecureBootDisabled', { pcr: 7 }), ...apart];
    case 'absent': {
      const invalid = found.filter(({ code }) => code === 'SecureBootVariableInvalid');
      return [...(invalid.length > 0 ? invalid : [reason('SecureBootStateMissing', { pcr: 7 })]), ...apart];
    }
    case 'enabled': {
      const keys = missingKeys(claims);
      const others = keys.length > 0 ? found.filter(({ code }) => code !== 'SecureBootKeysMissing') : found;
      return [...modeReasons(claims), ...keys, ...others];
    }
  }
};
