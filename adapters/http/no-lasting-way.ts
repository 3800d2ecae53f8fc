import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Operation } from './permissions.js';
import type { Route } from './route.js';

/** What lets an operator in some other way, for longer than an issuer lets an account in. */
const WAYS_IN: ReadonlySet<string> = new Set<Operation>(['renewOwnToken', 'bindClientCertificate', 'bindAccount']);

/** Whoever comes as an operator by an account opens no other way in: it would stay when the issuer takes the account back. */
export const noLastingWay = (route: Route): Route =>
  WAYS_IN.has(route.operation)
    ? {
        ...route,
        run: (raw) => {
          const account = raw.principal?.account;
          return account === undefined ? route.run(raw) : TE.left({ _tag: 'ComeOtherwise', account });
        },
      }
    : route;
