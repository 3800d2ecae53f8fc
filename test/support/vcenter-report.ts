import { concat } from '../../domain/encoding/bytes.js';
import { sha256 } from './boot-log-builder.js';

/** The shapes of QueryTpmAttestationReport's answer, as the Virtual Infrastructure JSON API writes them. */
export interface RegisterDocument {
  readonly pcrNumber: number;
  readonly digestMethod: string;
  readonly digestValue: ReadonlyArray<number>;
}

export interface DetailsDocument {
  readonly _typeName: string;
  readonly [field: string]: unknown;
}

export interface EventDocument {
  readonly pcrIndex: number;
  readonly eventDetails: DetailsDocument & {
    readonly dataHash: ReadonlyArray<number>;
    readonly dataHashMethod: string;
  };
}

export interface ReportDocument {
  readonly tpmPcrValues: ReadonlyArray<RegisterDocument>;
  readonly tpmEvents: ReadonlyArray<EventDocument>;
  readonly tpmLogReliable: boolean;
}

const signed = (bytes: Uint8Array): ReadonlyArray<number> => Array.from(Int8Array.from(bytes));

export const registerOf = (pcrNumber: number, value: Uint8Array): RegisterDocument => ({
  pcrNumber,
  digestMethod: 'SHA256',
  digestValue: signed(value),
});

export const eventOf = (
  pcrIndex: number,
  details: DetailsDocument,
  digest: Uint8Array,
  dataHashMethod = 'SHA256',
): EventDocument => ({
  pcrIndex,
  eventDetails: { ...details, dataHash: signed(digest), dataHashMethod },
});

export const component = (componentName: string, vibName = ''): DetailsDocument => ({
  _typeName: 'HostTpmSoftwareComponentEventDetails',
  componentName,
  vibName,
  vibVersion: '',
  vibVendor: '',
});

export const option = (bootSecurityOption: string): DetailsDocument => ({
  _typeName: 'HostTpmBootSecurityOptionEventDetails',
  bootSecurityOption,
});

/** Registers hold what the events lead to; PCR 8 holds zero. */
export const reportOf = (events: ReadonlyArray<EventDocument>): ReportDocument => {
  const values = new Map<number, Uint8Array>();
  for (const { pcrIndex, eventDetails } of events) {
    const before = values.get(pcrIndex) ?? new Uint8Array(32);
    values.set(pcrIndex, sha256(concat(before, Uint8Array.from(eventDetails.dataHash))));
  }
  const registers = [...values, [8, new Uint8Array(32)] as const].map(([pcr, value]) => registerOf(pcr, value));
  return { tpmPcrValues: registers, tpmEvents: events, tpmLogReliable: true };
};
