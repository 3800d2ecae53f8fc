import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { currentAccess } from '../../domain/access/access-stream.js';
import { isWithin, Scope, scopeText } from '../../domain/access/scope.js';
import type { Principal } from '../access/tokens.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { readKept } from './kept-request.js';
import { type Limits, limitsOf } from './limits.js';
import { type Kind, type Place, REACH, type Reach } from './reach.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a request is about, its parameters and body known to be what its route takes. */
export interface AskedFor {
  readonly operation: string;
  readonly params: unknown;
  readonly body: unknown;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Fields)[name] : undefined;

const nameAt = ({ params, body }: AskedFor, place: Place): string => {
  const value = 'path' in place ? fieldOf(params, place.path) : fieldOf(body, place.body);
  return typeof value === 'string' ? value : '';
};

interface Beyond {
  /** Undefined: it is about the whole authority. */
  readonly what: string | undefined;
}

/** What of a request is not in scope; undefined: nothing. */
type Outside = TE.TaskEither<ApiError, Beyond | undefined>;

const WHOLE: Beyond = { what: undefined };

const beyond = ({ contains }: Limits, asked: AskedFor, named: Exclude<Reach, string>): Beyond | undefined => {
  for (const [kind, place] of Object.entries(named) as ReadonlyArray<[Kind, Place]>) {
    const name = nameAt(asked, place);
    if (!contains[kind](name)) return { what: `${kind}/${name}` };
  }
  return undefined;
};

/** The deciders ask this again; here it keeps what would never be done from waiting for a second person. */
const person = (api: Api, { scope }: Limits, asked: AskedFor): Outside => {
  const subject = nameAt(asked, { path: 'subject' }) || nameAt(asked, { body: 'subject' });
  return pipe(
    currentAccess(api.deps),
    TE.map(({ state: { operators } }) => {
      const given = fieldOf(asked.body, 'scope');
      const reaches =
        asked.operation === 'grantOperator' ? (Scope.is(given) ? given : null) : operators.get(subject)?.scope;
      return reaches === undefined || isWithin(reaches, scope) ? undefined : { what: scopeText(reaches) };
    }),
  );
};

const reachOf = (operation: string): Reach =>
  Object.hasOwn(REACH, operation) ? REACH[operation as keyof typeof REACH] : 'whole';

/** What of a request that is kept under this digest somebody has nothing to do with. */
export const outOfScopeOf =
  (api: Api, limits: Limits) =>
  (digest: string): Outside =>
    limits.scope === null
      ? TE.right(undefined)
      : pipe(
          readKept(api, digest),
          TE.flatMap((kept) => {
            const operation = fieldOf(kept, 'operation');
            const asked = { params: fieldOf(kept, 'params'), body: fieldOf(kept, 'body') };
            return outOfScope(api, limits, { operation: typeof operation === 'string' ? operation : '', ...asked });
          }),
        );

/** What waits, or was done alone. Whoever asked for it may always look at it and take it back. */
const waiting = (api: Api, limits: Limits, asked: AskedFor, by: string): Outside => {
  const row = api.reads.approvals.now().get(nameAt(asked, { path: 'id' }));
  if (row === undefined || row.kind === 'policy') return TE.right(undefined);
  const owner = row.kind === 'approval' ? row.requested.by : row.used.by;
  return owner === by ? TE.right(undefined) : outOfScopeOf(api, limits)(row.digest);
};

/** What of a request somebody who is limited has nothing to do with. */
export const outOfScope = (api: Api, limits: Limits, asked: AskedFor, by?: string): Outside => {
  const reach = reachOf(asked.operation);
  if (limits.scope === null) return TE.right(undefined);
  if (typeof reach === 'object') return TE.right(beyond(limits, asked, reach));
  switch (reach) {
    case 'whole':
    // Their routes ask for themselves; nobody else may take a question for one of them.
    case 'questions':
      return TE.right(WHOLE);
    case 'person':
      return person(api, limits, asked);
    case 'asked':
      return waiting(api, limits, asked, by ?? '');
    case 'parts':
    case 'undivided':
      return TE.right(undefined);
  }
};

/** Those whose request is in scope, and those that are one's own. */
export const shownOf = <Row extends { readonly digest: string }>(
  api: Api,
  principal: Principal | undefined,
  rows: ReadonlyArray<Row>,
  ownerOf: (row: Row) => string,
): TE.TaskEither<ApiError, ReadonlyArray<Row>> => {
  const limits = limitsOf(api, principal);
  if (limits.scope === null) return TE.right(rows);
  return pipe(
    rows,
    TE.traverseSeqArray((row) =>
      pipe(
        ownerOf(row) === principal?.subject ? TE.right(undefined) : outOfScopeOf(api, limits)(row.digest),
        TE.map((beyond) => (beyond === undefined ? [row] : [])),
      ),
    ),
    TE.map((shown) => shown.flat()),
  );
};
