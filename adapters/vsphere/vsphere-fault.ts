import type { BlindReason } from '../../domain/inventory/events.js';

/** Why a management server could not be read. `detail` is ours or a closed word of the server's, never its prose. */
export interface VsphereFault {
  readonly _tag: 'VsphereFault';
  readonly reason: BlindReason;
  readonly detail: string;
  /** The server knows our session no more; logging in again may help. */
  readonly sessionEnded: boolean;
}

export const vsphereFault = (reason: BlindReason, detail: string, sessionEnded = false): VsphereFault => ({
  _tag: 'VsphereFault',
  reason,
  detail,
  sessionEnded,
});
