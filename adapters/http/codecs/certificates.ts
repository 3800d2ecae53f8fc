import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { AsOf } from './answers.js';
import { SafeIntText } from './queries.js';

const MOST_DAYS = 36_500;

/** `days`: how long before its end a certificate is listed. */
export const ExpiringQuery = t.refinement(
  closedWith({}, { days: SafeIntText, index: SafeIntText, at: Instant }, 'ExpiringQuery'),
  ({ index, at, days = 0 }) => (index === undefined || at === undefined) && days <= MOST_DAYS,
  'ExpiringQuery(index or at, not both; at most 36500 days)',
);

export const ExpiringAnswer = t.type(
  {
    asOf: AsOf,
    judgedAt: t.string,
    days: t.number,
    /** Certificates in use. */
    watched: t.number,
    /** Digests of certificates whose document is gone or is none. */
    unreadable: t.readonlyArray(t.string),
    /** What ends soonest comes first. */
    certificates: t.readonlyArray(
      t.type({
        use: t.string,
        name: t.string,
        subject: t.string,
        sha256: t.string,
        notAfter: t.string,
        expired: t.boolean,
      }),
    ),
  },
  'ExpiringAnswer',
);
export type ExpiringAnswer = t.TypeOf<typeof ExpiringAnswer>;
