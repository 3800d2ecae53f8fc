import type { Measurement } from './boot-log.js';
import { guidAt, length64, viewOf } from './little-endian.js';

const HEAD = 32;
const LONGEST_NAME = 256;

export const EFI_GLOBAL_VARIABLE = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
export const EFI_IMAGE_SECURITY_DATABASE = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';
export const SHIM_LOCK = '605dab50-e046-4300-abb6-3dd810dd8b23';

/** UEFI_VARIABLE_DATA. `trailing` counts bytes after the declared value; only one known deviation of shim has any. */
export interface UefiVariable {
  readonly guid: string;
  readonly name: string;
  readonly value: Uint8Array;
  readonly trailing: number;
}

const utf16 = (view: DataView, offset: number, units: number): string => {
  let text = '';
  for (let i = 0; i < units; i++) text += String.fromCharCode(view.getUint16(offset + 2 * i, true));
  return text;
};

/** PFP 1.06, 10.4.4: both lengths are 64-bit and come from the host; undefined if they lead out of the event. */
export const parseUefiVariable = (entry: Measurement): UefiVariable | undefined => {
  const { data } = entry;
  if (data.length < HEAD) return undefined;
  const view = viewOf(data);
  const units = length64(view, 16, LONGEST_NAME);
  const size = length64(view, 24, data.length);
  if (units === undefined || size === undefined) return undefined;
  const start = HEAD + 2 * units;
  if (start + size > data.length) return undefined;
  return {
    guid: guidAt(view, 0),
    name: utf16(view, HEAD, units).replace(/\0+$/, ''),
    value: data.subarray(start, start + size),
    trailing: data.length - start - size,
  };
};
