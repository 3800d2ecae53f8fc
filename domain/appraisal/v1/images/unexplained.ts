import type { Measurement } from '../../../boot-log/boot-log.js';
import { reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';
import type { Booted } from './aspect.js';

const EV_NO_ACTION = 0x00000003;
const EV_SEPARATOR = 0x00000004;
const EV_EVENT_TAG = 0x00000006;
const EV_EFI_ACTION = 0x80000007;

/** Tags of ESXi's boot loader by register: 11-13 modules (2), 13 version records (8), 14 options, command line, tag, signers. */
const ESXI_TAGS: ReadonlyMap<number, ReadonlyArray<number>> = new Map([
  [11, [2]],
  [12, [2]],
  [13, [2, 8]],
  [14, [3, 4, 6, 7]],
]);

/** Registers that a Linux image describes. 12 and 13: a boot stub measures additions to the command line and more there. */
const LINUX_PCRS = [4, 8, 9, 12, 13];

const tagOf = ({ type, data }: Measurement): number | undefined =>
  type === EV_EVENT_TAG && data.length >= 8 ? new DataView(data.buffer, data.byteOffset).getUint32(0, true) : undefined;

const unexplained = (log: Booted['log'], isExplained: (measurement: Measurement) => boolean): ReadonlyArray<Reason> =>
  log.measurements
    .filter((measurement) => measurement.type !== EV_NO_ACTION && !isExplained(measurement))
    .map(({ pcr, index, type }) =>
      reason('UnexplainedMeasurement', { pcr, event: index, actual: `0x${type.toString(16)}` }),
    );

/**
 * An event's type is a claim: relabelled, a module would be no module and nobody would compare it. So whatever was extended into
 * a register that an image describes must have been compared, or be of a type whose data was hashed again.
 */
export const unexplainedByEsxi = ({ log, claims }: Booted): ReadonlyArray<Reason> => {
  const compared = new Set(
    [...(claims.esxi?.modules ?? []), ...(claims.esxi?.bootOptions ?? [])].map(({ event }) => event),
  );
  return unexplained(log, (measurement) => {
    const tags = ESXI_TAGS.get(measurement.pcr);
    const tag = tagOf(measurement);
    if (tags === undefined) return true;
    if (tag === undefined || !tags.includes(tag)) return false;
    return tag === 2 || tag === 3 ? compared.has(measurement.index) : true;
  });
};

export const unexplainedByLinux = ({ log, claims }: Booted): ReadonlyArray<Reason> => {
  const lists = [claims.bootApplications, claims.files, claims.commandLines, claims.bootLoaderCommands];
  const compared = new Set(lists.flatMap((list) => list.map(({ event }) => event)));
  const ofFirmware = ({ pcr, type }: Measurement): boolean =>
    pcr === 4 && (type === EV_SEPARATOR || type === EV_EFI_ACTION);
  return unexplained(
    log,
    (measurement) =>
      !LINUX_PCRS.includes(measurement.pcr) || compared.has(measurement.index) || ofFirmware(measurement),
  );
};
