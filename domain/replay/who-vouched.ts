import type { Recorded } from '../ledger/envelope.js';
import type { ReferenceEvent } from '../reference/events.js';

/** Who is behind the reference values that a verdict leaned on, as of the revision in its basis. */
export interface WhoVouched {
  readonly take: (recorded: Recorded<ReferenceEvent>) => void;
  readonly proposer: (digest: string, basis: number) => string | undefined;
  readonly approver: (digest: string, basis: number) => string | undefined;
  readonly ofTpmCa: (name: string, basis: number) => string | undefined;
  readonly ofEndorsementKey: (publicKeyDigest: string, basis: number) => string | undefined;
  readonly ofPolicy: (basis: number) => string | undefined;
}

interface Act {
  readonly revision: number;
  readonly subject: string;
}

const vouchedFor = (event: ReferenceEvent): ReadonlyArray<string> => {
  switch (event.type) {
    case 'BaseImageProposed':
      return [`proposed ${event.data.digest}`];
    case 'BaseImageApproved':
      return [`approved ${event.data.digest}`];
    case 'TpmCaTrusted':
      return [`ca ${event.data.name}`];
    case 'EndorsementKeyTrusted':
      return [`key ${event.data.publicKeyDigest}`];
    case 'EndorsementKeysTrusted':
      return event.data.keys.map(({ publicKeyDigest }) => `key ${publicKeyDigest}`);
    case 'AttestationPolicyChanged':
      return ['policy'];
    case 'TpmCaRevoked':
    case 'EndorsementKeyRevoked':
    case 'BaseImageWithdrawn':
    case 'TpmModelListed':
    case 'TpmModelDelisted':
      return [];
  }
};

export const createWhoVouched = (): WhoVouched => {
  const acts = new Map<string, Array<Act>>();
  const note = (what: string, { actor, revision }: Recorded): void => {
    const held = acts.get(what);
    if (held === undefined) acts.set(what, [{ revision, subject: actor.subject }]);
    else held.push({ revision, subject: actor.subject });
  };
  const last = (what: string, basis: number): string | undefined =>
    acts.get(what)?.findLast(({ revision }) => revision <= basis)?.subject;
  const take = (recorded: Recorded<ReferenceEvent>): void => {
    for (const what of vouchedFor(recorded.event)) note(what, recorded);
  };
  return {
    take,
    proposer: (digest, basis) => last(`proposed ${digest}`, basis),
    approver: (digest, basis) => last(`approved ${digest}`, basis),
    ofTpmCa: (name, basis) => last(`ca ${name}`, basis),
    ofEndorsementKey: (publicKeyDigest, basis) => last(`key ${publicKeyDigest}`, basis),
    ofPolicy: (basis) => last('policy', basis),
  };
};
