import type { CheckedMeasurement } from './check-measurements.js';
import type { BootLogFinding } from './claims.js';
import { EV } from './event-types.js';
import { viewOf } from './little-endian.js';
import { printableText } from './text.js';

const CALLING = 'Calling EFI Application from Boot Option';
const RETURNING = 'Returning from EFI Application from Boot Option';
const EXIT = 'Exit Boot Services Invocation';
const EXITED = 'Exit Boot Services Returned with Success';
const REGISTERS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Text of an EV_EFI_ACTION whose digest fits; undefined for all else. */
export const actionOf = ({ entry, form }: CheckedMeasurement): string | undefined =>
  entry.type === EV.EFI_ACTION && form !== undefined ? printableText(entry.data) : undefined;

interface Progress {
  readonly separated: Set<number>;
  returned: boolean;
  called: boolean;
  exiting: boolean;
  exited: boolean;
}

/** PFP 1.06, 3.3.2.2: 0 or ffffffff in a normal boot, 1 when the firmware met an error. */
const separatorFault = ({ entry }: CheckedMeasurement): BootLogFinding['code'] | undefined => {
  if (entry.data.length !== 4) return 'SeparatorInvalid';
  const value = viewOf(entry.data).getUint32(0, true);
  if (value === 1) return 'FirmwareError';
  return value === 0 || value === 0xffffffff ? undefined : 'SeparatorInvalid';
};

const separator = (one: CheckedMeasurement, progress: Progress): ReadonlyArray<BootLogFinding> => {
  const { pcr, index } = one.entry;
  const fault = separatorFault(one);
  const again = progress.separated.has(pcr) && !(pcr === 4 && progress.returned);
  if (pcr === 4) progress.returned = false;
  progress.separated.add(pcr);
  const found: Array<BootLogFinding> = fault === undefined ? [] : [{ code: fault, pcr, event: index }];
  return again ? [...found, { code: 'SeparatorDuplicate', pcr, event: index }] : found;
};

const follow = (one: CheckedMeasurement, progress: Progress): void => {
  const action = actionOf(one);
  if (action === undefined) return;
  if (action === CALLING) progress.called = true;
  if (action === RETURNING) progress.returned = true;
  if (action === EXIT) progress.exiting = true;
  if (action === EXITED) progress.exited = true;
};

const quirks = (progress: Progress, uefi: boolean): ReadonlyArray<BootLogFinding> => {
  const found: Array<BootLogFinding> = [];
  if (uefi && !progress.called && progress.separated.size > 0)
    found.push({ code: 'Quirk:SeparatorWithoutCallingEfiApplication', pcr: 4 });
  if (uefi && !progress.exiting) found.push({ code: 'Quirk:ExitBootServicesMissing', pcr: 5 });
  return found;
};

/**
 * Exactly one separator in each of PCR 0-7 marks where the firmware hands over; PCR 4 may have one more for each boot attempt
 * that returned. After boot services end, the firmware measures nothing more into these registers.
 */
export const separatorFindings = (
  checked: ReadonlyArray<CheckedMeasurement>,
  uefi: boolean,
): ReadonlyArray<BootLogFinding> => {
  const progress: Progress = { separated: new Set(), returned: false, called: false, exiting: false, exited: false };
  const findings: Array<BootLogFinding> = [];
  for (const one of checked) {
    const { pcr, type, index } = one.entry;
    if (pcr > 7) continue;
    if (progress.exited) findings.push({ code: 'EventsAfterExitBootServices', pcr, event: index });
    if (type === EV.SEPARATOR) findings.push(...separator(one, progress));
    else follow(one, progress);
  }
  const missing = REGISTERS.filter((pcr) => !progress.separated.has(pcr));
  findings.push(...missing.map((pcr): BootLogFinding => ({ code: 'SeparatorMissing', pcr })));
  return [...findings, ...quirks(progress, uefi)];
};
