import type { Verdict } from '../appraisal/result.js';
import type { Recorded } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import type { AttestationRefused, HostAttested } from './events.js';

export type JudgedEvent = Recorded<EventOf<typeof HostAttested> | EventOf<typeof AttestationRefused>>;

/** The newest verdict of the AK that is certified now, as far as a release of keys leans on it. */
export interface CurrentVerdict {
  /** Id of the event: tokens are named by it. */
  readonly id: string;
  readonly index: number;
  readonly revision: number;
  readonly verdict: Verdict;
  readonly at: string;
  readonly notAfter: string;
  /** SHA-256 of the X25519 key that the quote vouched for. */
  readonly wrappingKey: string | null;
  readonly image: { readonly version: string; readonly digest: string } | null;
  readonly tpmCa: string | null;
  readonly endorsementKey: string | null;
  /** Values of PCR 0-7 as quoted, by "bank:pcr". */
  readonly bootPcrs: Readonly<Record<string, string>>;
  /** Stream and revision of the reference values that it rests on; -1: none. */
  readonly basis: { readonly stream: string; readonly revision: number };
}

const basisOf = ({ basis }: JudgedEvent): CurrentVerdict['basis'] => {
  const found = Object.entries(basis).find(([stream]) => stream.startsWith('reference/'));
  return found === undefined ? { stream: '', revision: -1 } : { stream: found[0], revision: found[1] };
};

export const currentVerdictOf = (recorded: JudgedEvent): CurrentVerdict => {
  const { id, index, revision, event } = recorded;
  const { wrappingKey, record } = event.data;
  const { verdict, at, notAfter, image, reliedOn, bootPcrs } = record;
  return {
    id,
    index,
    revision,
    verdict,
    at,
    notAfter,
    wrappingKey,
    image,
    ...reliedOn,
    bootPcrs,
    basis: basisOf(recorded),
  };
};
