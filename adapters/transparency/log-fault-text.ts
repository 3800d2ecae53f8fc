import type { LogFault } from '../../domain/transparency/log-state.js';

const count = (n: number): string => `${String(n)} ${n === 1 ? 'entry' : 'entries'}`;

const RESTORED =
  'Do not delete the record to get going. Stop every other instance, restore the newest copy of the data folder, and start again. ' +
  'If newer entries are lost for good, this log must end here: found a new authority under a new name, and tell those who rely on this one.';

/** What happened and what to do, for whoever operates the log. */
export const logFaultText = (fault: LogFault): string => {
  switch (fault._tag) {
    case 'StoreShorter':
      return `The store holds ${count(fault.store)}, but a checkpoint over ${count(fault.signed)} was signed: an old copy was put back, or entries were cut off. ${RESTORED}`;
    case 'StoreDiffers':
      return `The store's first ${count(fault.signed)} are not those that were signed: another history grew on an old copy, or entries were edited. ${RESTORED}`;
    case 'RecordRolledBack':
      return `The record of the last signed checkpoint names ${count(fault.record)}, but a checkpoint over ${count(fault.published)} was published: an old record was put back. ${RESTORED}`;
    case 'RecordMissing':
      return `A checkpoint over ${count(fault.published)} was published, but the record of the last signed checkpoint is gone. ${RESTORED}`;
    case 'PublishedDiffers':
      return `Two different trees of ${count(fault.size)} were signed with this log's key: the log has forked. Keep both checkpoints as evidence. ${RESTORED}`;
    case 'RecordUnreadable':
      return `The record of the last signed checkpoint is none of this log's keys (${fault.rule}). Give the right signing key, or restore the record. ${RESTORED}`;
    case 'RecordConflict':
      return `Another process wrote the record of the last signed checkpoint (${fault.where}). Only one instance may seal: stop the other one, then start again.`;
    case 'SignerFaulty':
      return `The signer of ${fault.name} answered with a signature that its public key does not verify. Nothing was signed; check the key and the module.`;
    case 'SignerUnavailable':
      return `The log's signing key can't be used (${fault.detail}). Sealing goes on when it can.`;
    case 'PlaceUnavailable':
      return `${fault.where} can't be used (${fault.detail}). Sealing goes on when it can.`;
    case 'StoreUnavailable':
      return `The store can't be reached (${fault.detail}). Sealing goes on when it can.`;
    case 'StoreDamaged':
      return `The store is damaged at ${fault.where}: it ${fault.rule}. Nothing was signed over it; run the verification.`;
    case 'StoreRefused':
      return `The store refused ${fault.what}: it ${fault.rule}.`;
    case 'Conflict':
      return `The stream ${fault.stream} is at revision ${String(fault.actual)}.`;
    case 'Malformed':
      return `The log's ${fault.document} can't be used: ${fault.field} ${fault.rule}.`;
  }
};
