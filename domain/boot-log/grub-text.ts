import type { Measurement } from './boot-log.js';
import { EV } from './event-types.js';
import { startsWithText } from './text.js';

export type GrubLabel = 'kernel' | 'module' | 'command';

/** GRUB upstream writes "label: text", Red Hat's older builds "label text". */
const PREFIXES: ReadonlyArray<readonly [string, GrubLabel]> = [
  ['grub_cmd: ', 'command'],
  ['kernel_cmdline: ', 'kernel'],
  ['module_cmdline: ', 'module'],
  ['grub_cmd ', 'command'],
  ['grub_kernel_cmdline ', 'kernel'],
  ['grub_module_cmdline ', 'module'],
];

/** A text that GRUB measured into PCR 8. The digest covers the text behind the label, with or without its final NUL. */
export interface GrubText {
  /** A claim: no digest covers it. */
  readonly label: GrubLabel;
  readonly text: Uint8Array;
}

export const grubTextOf = (entry: Measurement): GrubText | undefined => {
  if (entry.pcr !== 8 || entry.type !== EV.IPL) return undefined;
  const prefix = PREFIXES.find(([text]) => startsWithText(entry.data, text));
  return prefix === undefined ? undefined : { label: prefix[1], text: entry.data.subarray(prefix[0].length) };
};
