import type { BootLog, Measurement } from './boot-log.js';
import type { BootLogFinding } from './claims.js';
import { EV } from './event-types.js';
import { startsWithText } from './text.js';

const SIGNATURE = 'StartupLocality\0';
const SIZE = 17;
const H_CRTM = 4;
const LOCALITIES: ReadonlyArray<number> = [0, 3, H_CRTM];

const isLocality = (entry: Measurement): boolean =>
  entry.type === EV.NO_ACTION && startsWithText(entry.data, SIGNATURE);

const findingOf = (entry: Measurement, detail: string): BootLogFinding => ({
  code: 'StartupLocalityInvalid',
  pcr: 0,
  event: entry.index,
  detail,
});

const faultOf = (entry: Measurement, extended: boolean, seen: boolean): string | undefined => {
  if (entry.pcr !== 0) return 'not in PCR 0';
  if (entry.data.length !== SIZE || !LOCALITIES.includes(entry.data[SIZE - 1] ?? -1)) return 'no locality that exists';
  if (extended) return 'after PCR 0 was extended';
  return seen ? 'occurs twice' : undefined;
};

/**
 * The locality that TPM2_Startup (or an H-CRTM) came from: it is the start value of PCR 0 (PFP 1.06, 10.4.5.3). The entry
 * itself is measured nowhere; a wrong one makes the replay of PCR 0 fail.
 */
export const startupLocality = (
  log: BootLog,
): { readonly locality: number; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const findings: Array<BootLogFinding> = [];
  let [locality, extended, hCrtm]: [number | undefined, boolean, boolean] = [undefined, false, false];
  for (const entry of log.measurements) {
    if (isLocality(entry)) {
      const fault = faultOf(entry, extended, locality !== undefined);
      if (fault === undefined) locality = entry.data[SIZE - 1];
      else findings.push(findingOf(entry, fault));
    } else if (entry.pcr === 0 && entry.type !== EV.NO_ACTION && !extended) {
      extended = true;
      hCrtm = entry.type === EV.EFI_HCRTM_EVENT;
    }
  }
  return { locality: locality ?? (hCrtm ? H_CRTM : 0), findings };
};
