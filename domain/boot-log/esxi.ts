import { fromUtf8, toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { CheckedMeasurement } from './check-measurements.js';
import type { BootClaims, BootLogFinding, EsxiClaims } from './claims.js';
import { ESXI, type EsxiEvent, esxiEventOf, isEsxiRegister } from './esxi-event.js';
import { parseEsxiVersionRecord } from './esxi-version-record.js';
import { printableText } from './text.js';

type Mutable<A> = A extends ReadonlyArray<infer B> ? Array<B> : never;

interface Reading {
  readonly productVersions: Mutable<EsxiClaims['productVersions']>;
  readonly modules: Mutable<EsxiClaims['modules']>;
  readonly bootOptions: Mutable<EsxiClaims['bootOptions']>;
  readonly signers: Array<string>;
  readonly commandLines: Mutable<BootClaims['commandLines']>;
  assetTag: string | undefined;
}

/** A base name with its NUL at the end and nowhere else. A claim: the digest is of the module's content. */
const fileName = (payload: Uint8Array): string | undefined => {
  if (payload.length < 2 || payload.length > 256 || payload.indexOf(0) !== payload.length - 1) return undefined;
  return printableText(payload);
};

const module = (reading: Reading, event: EsxiEvent, { entry }: CheckedMeasurement, bank: HashAlgorithm): boolean => {
  const file = fileName(event.payload);
  if (file === undefined) return false;
  const found = { file, digest: toHex(entry.digests.get(bank) ?? new Uint8Array()), event: entry.index };
  if (event.id === ESXI.MODULE) reading.modules.push({ pcr: entry.pcr, ...found });
  else reading.bootOptions.push(found);
  return true;
};

const commandLine = (reading: Reading, payload: Uint8Array, event: number): boolean => {
  const text = fromUtf8(payload);
  if (text === undefined) return false;
  reading.commandLines.push({ text, event });
  return true;
};

const versionRecord = (reading: Reading, payload: Uint8Array): boolean => {
  const version = parseEsxiVersionRecord(payload);
  if (version !== undefined) reading.productVersions.push(version);
  return version !== undefined;
};

/** False if the payload is not what the id says. */
const readEvent = (
  hashing: Hashing,
  reading: Reading,
  event: EsxiEvent,
  one: CheckedMeasurement,
  bank: HashAlgorithm,
): boolean => {
  switch (event.id) {
    case ESXI.MODULE:
    case ESXI.BOOT_OPTION:
      return module(reading, event, one, bank);
    case ESXI.COMMAND_LINE:
      return commandLine(reading, event.payload, one.entry.index);
    case ESXI.ASSET_TAG:
      reading.assetTag = printableText(event.payload) ?? toHex(event.payload);
      return event.payload.length <= 512;
    case ESXI.SIGNER:
      reading.signers.push(toHex(hashing.hash('sha256', event.payload)));
      return true;
    case ESXI.VERSION:
      return versionRecord(reading, event.payload);
  }
};

/** A payload that the digest should cover but does not is reported already, and says nothing. */
const isBelievable = (event: EsxiEvent, { form }: CheckedMeasurement): boolean =>
  event.id === ESXI.MODULE || event.id === ESXI.BOOT_OPTION || form !== undefined;

const nothing = (): Reading => ({
  productVersions: [],
  modules: [],
  bootOptions: [],
  signers: [],
  commandLines: [],
  assetTag: undefined,
});

/**
 * ESXi's own events in PCR 11-14. In a log that has any, every entry there has to be one of them in its right register:
 * otherwise a module could be hidden by writing another type or id over it.
 */
export const readEsxi = (hashing: Hashing, checked: ReadonlyArray<CheckedMeasurement>, bank: HashAlgorithm) => {
  const own = checked.filter(({ entry }) => isEsxiRegister(entry.pcr));
  const events = own.map((one) => ({ one, event: esxiEventOf(one.entry) }));
  if (events.every(({ event }) => event === undefined)) return { claims: undefined, commandLines: [], findings: [] };
  const reading = nothing();
  const findings: Array<BootLogFinding> = [];
  for (const { one, event } of events) {
    const at = { pcr: one.entry.pcr, event: one.entry.index };
    if (event === undefined) findings.push({ code: 'UnexplainedMeasurement', ...at });
    else if (isBelievable(event, one) && !readEvent(hashing, reading, event, one, bank))
      findings.push({ code: 'EventMalformed', ...at });
  }
  const { commandLines, ...claims } = reading;
  return { claims, commandLines, findings };
};
