import type { Measurement } from './boot-log.js';
import { parseTaggedEvent } from './tagged-event.js';

/** Ids of the tagged events that ESXi's boot loader writes, and the only registers each may stand in. */
export const ESXI = { MODULE: 2, BOOT_OPTION: 3, COMMAND_LINE: 4, ASSET_TAG: 6, SIGNER: 7, VERSION: 8 } as const;
export type EsxiId = (typeof ESXI)[keyof typeof ESXI];

const PLACES: ReadonlyMap<number, ReadonlyArray<EsxiId>> = new Map([
  [11, [ESXI.MODULE]],
  [12, [ESXI.MODULE]],
  [13, [ESXI.MODULE, ESXI.VERSION]],
  [14, [ESXI.BOOT_OPTION, ESXI.COMMAND_LINE, ESXI.ASSET_TAG, ESXI.SIGNER]],
]);

export interface EsxiEvent {
  readonly id: EsxiId;
  readonly payload: Uint8Array;
}

export const isEsxiRegister = (pcr: number): boolean => PLACES.has(pcr);

/** An ESXi event in a register where it belongs. Its id is a claim unless the digest covers the payload. */
export const esxiEventOf = (entry: Measurement): EsxiEvent | undefined => {
  const places = PLACES.get(entry.pcr);
  const event = places === undefined ? undefined : parseTaggedEvent(entry);
  const id = places?.find((one) => one === event?.id);
  return event === undefined || id === undefined ? undefined : { id, payload: event.payload };
};

/** For module names the digest is of the module's content, so only these have a digest of what the log itself holds. */
export const isSelfDescribing = (event: EsxiEvent): boolean =>
  event.id !== ESXI.MODULE && event.id !== ESXI.BOOT_OPTION;
