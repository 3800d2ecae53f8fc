import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import { readBootLoader } from './boot-loader.js';
import type { BootLog } from './boot-log.js';
import { type CheckedMeasurement, checkMeasurements } from './check-measurements.js';
import type { BootClaims, BootLogFinding, SignatureEntry } from './claims.js';
import { readEsxi } from './esxi.js';
import { EV, isEfiEventType } from './event-types.js';
import { firmwareVersionOf } from './firmware-version.js';
import { readSecureBoot } from './secure-boot.js';
import { separatorFindings } from './separators.js';
import { startupLocality } from './startup-locality.js';

/** Images that dbx forbids: its SHA-256 entries are Authenticode digests, as measured in the SHA-256 bank. */
const forbiddenImages = (
  checked: ReadonlyArray<CheckedMeasurement>,
  loaded: ReadonlyArray<{ readonly event: number }>,
  dbx: ReadonlyArray<SignatureEntry>,
): ReadonlyArray<BootLogFinding> => {
  if (dbx.length === 0 || loaded.length === 0) return [];
  const events = new Set(loaded.map(({ event }) => event));
  const forbidden = new Set(dbx.filter((entry) => entry.kind === 'sha256').map((entry) => entry.sha256));
  return checked.flatMap(({ entry }): ReadonlyArray<BootLogFinding> => {
    const digest = events.has(entry.index) ? entry.digests.get('sha256') : undefined;
    const hex = digest === undefined ? '' : toHex(digest);
    return forbidden.has(hex) ? [{ code: 'ForbiddenByDbx', pcr: entry.pcr, event: entry.index, detail: hex }] : [];
  });
};

const bankMissing = (log: BootLog, bank: HashAlgorithm): ReadonlyArray<BootLogFinding> =>
  log.banks.includes(bank) ? [] : [{ code: 'BanksDisagree', detail: `the log has no ${bank} bank` }];

/**
 * What the log says in one bank, and what is wrong with it. Total: a log that parsed always has claims, and whoever judges
 * looks at the findings first. Nothing here is to be believed before the log replays to quoted PCRs.
 */
export const readClaims = (
  hashing: Hashing,
  log: BootLog,
  bank: HashAlgorithm,
): { readonly claims: BootClaims; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const { checked, findings } = checkMeasurements(hashing, log, bank);
  const uefi = checked.some(({ entry, form }) => form !== undefined && isEfiEventType(entry.type));
  const secureBoot = readSecureBoot(hashing, checked);
  const loader = readBootLoader(hashing, checked, bank);
  const esxi = readEsxi(hashing, checked, bank);
  const version = checked.find(({ entry, form }) => entry.type === EV.S_CRTM_VERSION && form !== undefined);
  const claims: BootClaims = {
    uefi,
    secureBoot: secureBoot.claims,
    firmwareVersion: version === undefined ? undefined : firmwareVersionOf(version.entry, bank),
    ...loader.claims,
    commandLines: [...loader.claims.commandLines, ...esxi.commandLines],
    esxi: esxi.claims,
  };
  const loaded = [...claims.bootApplications, ...claims.drivers];
  return {
    claims,
    findings: [
      ...bankMissing(log, bank),
      ...startupLocality(log).findings,
      ...findings,
      ...separatorFindings(checked, uefi),
      ...secureBoot.findings,
      ...loader.findings,
      ...esxi.findings,
      ...forbiddenImages(checked, loaded, secureBoot.claims.dbx),
    ],
  };
};
