import type { Measurement } from './boot-log.js';
import { looksLikeCertificate } from './der-certificate.js';
import { esxiEventOf, isSelfDescribing } from './esxi-event.js';
import { EV } from './event-types.js';
import { grubTextOf } from './grub-text.js';
import { withoutNul } from './text.js';
import { parseUefiVariable } from './uefi-variable.js';

export type FormName = 'data' | 'variable-value' | 'text' | 'payload' | 'data-without-last-byte';

const SHIM_TRAILING = 6;

/** Bytes of an entry that its digest may be the hash of. */
export interface Form {
  readonly name: FormName;
  readonly bytes: Uint8Array;
}

const whole = (entry: Measurement): ReadonlyArray<Form> => [{ name: 'data', bytes: entry.data }];

/** PFP 1.06 lets EV_EFI_VARIABLE_BOOT be the variable's value alone; outside PCR 7 firmware does so with configuration too. */
const variable = (entry: Measurement): ReadonlyArray<Form> => {
  const value = parseUefiVariable(entry)?.value;
  return value === undefined ? whole(entry) : [{ name: 'variable-value', bytes: value }, ...whole(entry)];
};

/** Versions of shim before 15.3 logged six bytes behind a certificate without owner, and measured five of them. */
const authority = (entry: Measurement): ReadonlyArray<Form> => {
  const read = parseUefiVariable(entry);
  return read?.trailing === SHIM_TRAILING && looksLikeCertificate(read.value)
    ? [...whole(entry), { name: 'data-without-last-byte', bytes: entry.data.subarray(0, -1) }]
    : whole(entry);
};

const grub = (entry: Measurement): ReadonlyArray<Form> => {
  const text = grubTextOf(entry)?.text;
  if (text === undefined) return [];
  return [
    { name: 'text', bytes: withoutNul(text) },
    { name: 'text', bytes: text },
  ];
};

const esxi = (entry: Measurement): ReadonlyArray<Form> => {
  const event = esxiEventOf(entry);
  return event !== undefined && isSelfDescribing(event) ? [{ name: 'payload', bytes: event.payload }] : [];
};

/**
 * The forms of which one must fit, for types whose data is what is measured (PFP 1.06, 10.4.1). None: the data only
 * describes what was measured (images, blobs, tables, files), and no text in it may be believed.
 */
export const measuredForms = (entry: Measurement): ReadonlyArray<Form> => {
  switch (entry.type) {
    case EV.SEPARATOR:
    case EV.ACTION:
    case EV.EFI_ACTION:
    case EV.S_CRTM_VERSION:
    case EV.OMIT_BOOT_DEVICE_EVENTS:
    case EV.EFI_GPT_EVENT:
      return whole(entry);
    case EV.EFI_VARIABLE_BOOT:
    case EV.EFI_VARIABLE_BOOT2:
      return variable(entry);
    case EV.EFI_VARIABLE_DRIVER_CONFIG:
      return entry.pcr === 7 ? whole(entry) : variable(entry);
    case EV.EFI_VARIABLE_AUTHORITY:
      return authority(entry);
    case EV.EVENT_TAG:
      return esxi(entry);
    case EV.IPL:
      return grub(entry);
    default:
      return [];
  }
};
