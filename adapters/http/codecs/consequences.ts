import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { Suspect } from '../../../domain/replay/suspect.js';
import { Reason } from './attestations.js';
import { WouldBeChange } from './rehearsals.js';

/** Times of recording, both ends included. */
const period = { from: Instant, to: Instant };

export const AskBlastRadius = closedWith({ suspect: Suspect }, period, 'AskBlastRadius');

const ReliedVerdict = t.type({ index: t.number, revision: t.number }, 'ReliedVerdict');

export const BlastRadiusAnswer = t.type(
  {
    verdicts: t.type({
      count: t.number,
      /** The first thousand. */
      first: t.readonlyArray(
        t.type({
          host: t.string,
          index: t.number,
          revision: t.number,
          at: t.string,
          leanings: t.readonlyArray(t.string),
        }),
      ),
    }),
    deliveries: t.type({
      count: t.number,
      first: t.readonlyArray(
        t.type({
          host: t.string,
          index: t.number,
          at: t.string,
          key: t.string,
          provider: t.string,
          verdict: ReliedVerdict,
          leanings: t.readonlyArray(t.string),
        }),
      ),
    }),
    /** What an operator did, or a signing key signed. */
    acts: t.type({
      count: t.number,
      first: t.readonlyArray(t.type({ index: t.number, stream: t.string, type: t.string, at: t.string })),
    }),
    hosts: t.readonlyArray(t.string),
    /** Ids of keys that left the authority: what has to be made anew. */
    keys: t.readonlyArray(t.string),
  },
  'BlastRadiusAnswer',
);
export type BlastRadiusAnswer = t.TypeOf<typeof BlastRadiusAnswer>;

export const AskWhatIf = closedWith({ change: WouldBeChange }, period, 'AskWhatIf');

export const WhatIfAnswer = t.type(
  {
    judged: t.number,
    verdictCount: t.number,
    /** The first thousand that would have come out otherwise. */
    verdicts: t.readonlyArray(
      t.type({
        host: t.string,
        index: t.number,
        revision: t.number,
        at: t.string,
        was: t.string,
        would: t.string,
        reasons: t.readonlyArray(Reason),
      }),
    ),
    deliveryCount: t.number,
    /** Keys delivered on verdicts that would have been refusals. */
    deliveries: t.readonlyArray(
      t.type({
        host: t.string,
        index: t.number,
        at: t.string,
        key: t.string,
        provider: t.string,
        verdict: ReliedVerdict,
      }),
    ),
    unjudgedCount: t.number,
    unjudged: t.readonlyArray(t.type({ host: t.string, index: t.number, finding: t.UnknownRecord })),
  },
  'WhatIfAnswer',
);
export type WhatIfAnswer = t.TypeOf<typeof WhatIfAnswer>;
