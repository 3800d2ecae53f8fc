import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, Sha256Hex, Text } from '../encoding/primitives.js';
import { eventType } from '../ledger/event-type.js';

const Subject = Text(128);

/** A token of this authority's own. Its digest says nothing about it: it has 256 random bits. Null: it does not expire. */
export interface OwnToken {
  readonly sha256: string;
  readonly expires: string | null;
}

/** The token with this digest opens what the subject's role opens; every earlier one of the subject is over. */
export const OperatorTokenIssued = eventType({
  type: 'OperatorTokenIssued',
  version: 1,
  data: closed({ subject: Subject, sha256: Sha256Hex, expires: t.union([t.null, Instant]) }, 'OperatorTokenIssued'),
});

/** A token from before tokens were in the ledger: it stood in a file of the node that recorded this. It ends no other one. */
export const OperatorTokenTakenOver = eventType({
  type: 'OperatorTokenTakenOver',
  version: 1,
  data: closed({ subject: Subject, sha256: Sha256Hex }, 'OperatorTokenTakenOver'),
});

/** All tokens of the subject are over; the role stays. */
export const OperatorTokensRevoked = eventType({
  type: 'OperatorTokensRevoked',
  version: 1,
  data: closed({ subject: Subject, reason: Text(512) }, 'OperatorTokensRevoked'),
});

export const OWN_TOKEN_EVENTS = [OperatorTokenIssued, OperatorTokenTakenOver, OperatorTokensRevoked] as const;
