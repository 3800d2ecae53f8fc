import * as t from 'io-ts';
import { Account } from '../../../domain/access/account.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Text } from '../../../domain/encoding/primitives.js';
import { Subject } from '../../access/tokens.js';
import { AsOf } from './answers.js';
import { Act } from './reads.js';

export const OfferAccount = closed({ subject: Subject }, 'OfferAccount');

export const BindAccount = closed({ subject: Subject, account: Account }, 'BindAccount');

export const ReleaseAccount = closed({ account: Account, reason: Text(512) }, 'ReleaseAccount');

export const AccountsAnswer = t.type(
  {
    asOf: AsOf,
    accounts: t.readonlyArray(
      t.type({
        account: t.string,
        issuer: t.string,
        person: t.string,
        subject: t.string,
        offered: Act,
        /** Null: the operator did not say yet that it is theirs, so it lets nobody in as them. */
        bound: t.union([t.null, Act]),
        /** The operator did not answer in time: its holder has to say it again. */
        expired: t.boolean,
      }),
    ),
  },
  'AccountsAnswer',
);
