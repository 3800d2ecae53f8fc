import { createHash } from 'node:crypto';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Reading } from './read-inventory.js';
import { type VsphereFault } from './vsphere-fault.js';
import type { VsphereSession } from './vsphere-session.js';

/** A host's TPM report as its server gave it, for the boot that it is of. */
export interface HostReport {
  readonly host: string;
  /** The same for one boot of one host of one server: sent again, the report is recorded once. */
  readonly commandId: string;
  /** The SOAP answer, as it came. */
  readonly xml: string;
}

/** A UUID of version 8 (RFC 9562), from what names the boot. */
const commandIdOf = (...parts: ReadonlyArray<string>): string => {
  const hex = createHash('sha256')
    .update(JSON.stringify(['sekisho/vsphere-report/v1', ...parts]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** What identifies a boot, for whoever remembers which were relayed. */
export const bootId = ({ key, since }: Reading['boots'][number]): string => `${key} ${since}`;

export const hostReport = (
  session: VsphereSession,
  { instance }: Reading['observation'],
  boot: Reading['boots'][number],
): TE.TaskEither<VsphereFault, HostReport> =>
  pipe(
    session.call('QueryTpmAttestationReport', { type: 'HostSystem', value: boot.key }, ''),
    TE.map(({ text }) => ({ host: boot.name, commandId: commandIdOf(instance, boot.key, boot.since), xml: text })),
  );
