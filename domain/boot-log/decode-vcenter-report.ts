import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DecodeError, decode } from '../encoding/explain.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import {
  type VcenterEvent,
  type VcenterEventDetails,
  type VcenterReport,
  VcenterReportDocument,
} from './vcenter-report.js';

type Details = VcenterReportDocument['tpmEvents'][number]['eventDetails'];

const METHODS: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
  ['SM3_256', 'sm3_256'],
]);

const algorithmOf = (method: string | undefined): HashAlgorithm | undefined =>
  method === undefined ? undefined : METHODS.get(method.toUpperCase().replace('-', ''));

/** The API's bytes are signed: -128 to 127. */
const unsigned = (bytes: ReadonlyArray<number>): Uint8Array => Uint8Array.from(bytes, (byte) => byte & 0xff);

const optionOf = (details: Details): VcenterEventDetails | undefined =>
  details.optionsFileName === undefined
    ? undefined
    : {
        kind: 'option',
        optionsFileName: details.optionsFileName,
        bootOptions: details.bootOptions === undefined ? undefined : unsigned(details.bootOptions),
      };

const componentOf = (details: Details): VcenterEventDetails | undefined => {
  const { componentName, vibName, vibVersion, vibVendor } = details;
  const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
  return componentName === undefined
    ? undefined
    : {
        kind: 'software-component',
        componentName,
        vibName: given(vibName),
        vibVersion: given(vibVersion),
        vibVendor: given(vibVendor),
      };
};

const knownDetails = (details: Details): VcenterEventDetails | undefined => {
  const { _typeName: typeName, commandLine, bootSecurityOption: option, version } = details;
  switch (typeName) {
    case 'HostTpmSoftwareComponentEventDetails':
      return componentOf(details);
    case 'HostTpmCommandEventDetails':
      return commandLine === undefined ? undefined : { kind: 'command', commandLine };
    case 'HostTpmOptionEventDetails':
      return optionOf(details);
    case 'HostTpmBootSecurityOptionEventDetails':
    case 'HostTpmNvTagEventDetails':
    case 'HostTpmSignerEventDetails':
      return option === undefined ? undefined : { kind: 'boot-security-option', typeName, option };
    case 'HostTpmVersionEventDetails':
      return version === undefined ? undefined : { kind: 'version', version: unsigned(version) };
    default:
      return undefined;
  }
};

const eventOf = (
  { pcrIndex, eventDetails }: VcenterReportDocument['tpmEvents'][number],
  index: number,
): VcenterEvent => ({
  index,
  pcr: pcrIndex,
  algorithm: algorithmOf(eventDetails.dataHashMethod),
  digest: unsigned(eventDetails.dataHash),
  details: knownDetails(eventDetails) ?? { kind: 'unreadable', typeName: eventDetails._typeName },
});

/** Only shape and sizes are checked here: what is odd but readable becomes a finding of `checkVcenterReport`. */
export const decodeVcenterReport = (document: unknown): E.Either<DecodeError, VcenterReport> =>
  pipe(
    document,
    decode(VcenterReportDocument),
    E.map((report) => ({
      registers: report.tpmPcrValues.map(({ pcrNumber, digestMethod, digestValue }) => ({
        pcr: pcrNumber,
        algorithm: algorithmOf(digestMethod),
        value: unsigned(digestValue),
      })),
      events: report.tpmEvents.map(eventOf),
      logReliable: report.tpmLogReliable,
    })),
  );
