import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { currentAccess } from '../../domain/access/access-stream.js';
import { standingOf } from '../../domain/access/state.js';
import { printable } from '../../domain/appraisal/reason-codes.js';
import {
  approvalFor,
  approvedCommandId,
  breakGlass,
  currentApprovals,
  glassFor,
  requestApproval,
  useApproval,
} from '../../domain/approval/approvals.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import type { Json } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import type { Approval } from '../../domain/ledger/ledger.js';
import { type Api, requestOf } from './api.js';
import type { ApiError } from './api-error.js';
import { Approvable, isOwn, namedAs, permissionOf } from './approvable.js';
import type { ApprovalPending } from './codecs/approvals.js';
import { parseBody } from './json-body.js';
import { limitsOf } from './limits.js';
import { outOfScopeOf } from './out-of-scope.js';
import type { Answer, RawRequest, Route } from './route.js';

type Reply = TE.TaskEither<ApiError, Answer<unknown>>;
type Fields = Readonly<Record<string, Json>>;

type Given = Approval & { readonly id: string };

interface Wanted {
  readonly operation: Approvable | 'approveBaseImage';
  readonly document: Uint8Array;
  readonly summary: string;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LONGEST_VALUE = 80;

/** Undefined: too long, or of too many parts, to be read at a glance. */
const inShort = (value: Json): string | undefined => {
  const parts = Array.isArray(value) ? value : [value];
  const text = parts.length === 0 ? 'none' : parts.map(String).join(' + ');
  return parts.some((part) => typeof part === 'object') || text.length > LONGEST_VALUE ? undefined : printable(text);
};

/** For people; the document is what is approved. Of a list that is too long the count stands, of anything else nothing. */
const summaryOf = (operation: string, parts: ReadonlyArray<unknown>): string => {
  const fields = parts.flatMap((part) => (isObject(part) ? Object.entries(part) : []));
  const said = fields.flatMap(([key, value]) => {
    const short = inShort(value);
    if (short !== undefined) return [`${key} ${short}`];
    return Array.isArray(value) ? [`${String(value.length)} ${key}`] : [];
  });
  return printable([operation, ...said].join(', '), 512);
};

/** The request as the approver reads it: who asks, for what, with everything that decides what happens. */
const wantedOf = (api: Api, operation: Wanted['operation'], raw: RawRequest): E.Either<ApiError, Wanted> =>
  pipe(
    raw.body === undefined || raw.body.length === 0 ? E.right<ApiError, Json>(null) : parseBody(raw.body),
    E.flatMap((body) => {
      const params = isObject(raw.params) ? { ...raw.params } : {};
      const subject = raw.principal?.subject ?? '';
      const request = { operation, requester: subject, params, ifMatch: raw.ifMatch ?? null, body };
      return pipe(
        api.deps.canonicalize(request),
        E.bimap(
          (rule): ApiError => ({ _tag: 'RequestMalformed', rule }),
          (text) => ({ operation, document: utf8(text), summary: summaryOf(operation, [params, body]) }),
        ),
      );
    }),
  );

/** Whether a new policy would let anybody act alone: that takes two people, even where nothing else does yet. */
const namesForEmergencies = (raw: RawRequest): boolean => {
  const body = parseBody(raw.body);
  const named = E.isRight(body) && isObject(body.right) ? body.right['breakGlass'] : undefined;
  return Array.isArray(named) && named.length > 0;
};

const ask = (api: Api, raw: RawRequest, operation: Approvable, { summary }: Wanted, digest: string): Reply =>
  pipe(
    requestApproval(api.deps)({
      ...requestOf({ principal: raw.principal, commandId: raw.newCommandId() }),
      operation,
      permission: permissionOf(operation),
      own: isOwn(operation),
      digest,
      summary,
    }),
    TE.flatMap(() => currentApprovals(api.deps)),
    TE.flatMap(({ state }): Reply => {
      const subject = raw.principal?.subject;
      const open = [...state.open.values()].find((each) => each.digest === digest && each.requester === subject);
      if (open === undefined) return TE.left({ _tag: 'Unexpected' });
      const approval: ApprovalPending['approval'] = { id: open.id, operation, digest, summary, expires: open.expires };
      return TE.right({ status: 202, body: { approval } });
    }),
  );

/** Done under a command id of the approval's own: sent again after a crash, it records nothing twice. Only then it is used up. */
const carryOut = (api: Api, route: Route, raw: RawRequest, approval: Given): Reply => {
  const commandId = approvedCommandId(api.deps, approval.id);
  return pipe(
    TE.fromIO(() => void api.approved.set(commandId, approval)),
    TE.flatMap(() => route.run({ ...raw, idempotencyKey: commandId })),
    TE.tap(() => {
      const request = requestOf({ principal: raw.principal, commandId: raw.newCommandId() });
      return useApproval(api.deps)({ ...request, id: approval.id });
    }),
    (work) => async () => {
      const outcome = await work();
      api.approved.delete(commandId);
      return outcome;
    },
  );
};

/** Why it can't wait, as the header says it. */
const reasonOf = (text: string): E.Either<ApiError, string> =>
  pipe(
    E.tryCatch(
      () => decodeURIComponent(text),
      (): ApiError => ({ _tag: 'RequestMalformed', rule: 'must have a percent-encoded reason as Sekisho-Break-Glass' }),
    ),
    E.flatMap((reason) =>
      decode(closed({ 'Sekisho-Break-Glass': Text(512) }, 'Headers'))({ 'Sekisho-Break-Glass': reason }),
    ),
    E.map((headers) => headers['Sekisho-Break-Glass']),
  );

/** The event first, naming who, what and why; only then what it is about. */
const breakIt = (
  api: Api,
  raw: RawRequest,
  { operation, summary }: Wanted,
  digest: string,
  reason: string,
): TE.TaskEither<ApiError, Given> => {
  const request = requestOf({ principal: raw.principal, commandId: raw.newCommandId() });
  const permission = operation === 'approveBaseImage' ? 'ConfigureHostMetadata' : permissionOf(operation);
  return pipe(
    breakGlass(api.deps)({ ...request, operation, permission, digest, summary, reason }),
    TE.tapIO(() => () => {
      api.metrics.count('sekisho_break_glass_total');
    }),
    TE.flatMap(
      (): TE.TaskEither<ApiError, Given | undefined> => glassFor(api.deps)(raw.principal?.subject ?? '', digest),
    ),
    TE.flatMapEither(E.fromNullable<ApiError>({ _tag: 'Unexpected' })),
  );
};

/** The request as a person would be asked to agree to it, checked, and kept before anybody is asked. */
const keptRequest = (
  api: Api,
  route: Route,
  operation: Wanted['operation'],
  raw: RawRequest,
): TE.TaskEither<ApiError, { readonly wanted: Wanted; readonly digest: string }> =>
  pipe(
    route.check(raw),
    E.flatMap(() => wantedOf(api, operation, raw)),
    TE.fromEither,
    TE.bindTo('wanted'),
    TE.bind('digest', ({ wanted }): TE.TaskEither<ApiError, string> => api.deps.evidence.put(wanted.document)),
  );

/** Sent again while what was asked for is not done, it goes on with the glass that is broken already. */
const alone = (api: Api, route: Route, operation: Wanted['operation'], raw: RawRequest, text: string): Reply =>
  pipe(
    TE.fromEither(reasonOf(text)),
    TE.bindTo('reason'),
    TE.bind('kept', () => keptRequest(api, route, operation, raw)),
    TE.bind(
      'held',
      ({ kept: { digest } }): TE.TaskEither<ApiError, Given | undefined> =>
        glassFor(api.deps)(raw.principal?.subject ?? '', digest),
    ),
    TE.flatMap(({ kept: { wanted, digest }, held, reason }) =>
      held === undefined ? breakIt(api, raw, wanted, digest, reason) : TE.right(held),
    ),
    TE.flatMap((glass) => carryOut(api, route, raw, glass)),
  );

/** Who approved must still reach all of it: what was theirs to approve then may be somebody else's now. */
const reachedBy =
  (api: Api, digest: string) =>
  (approval: Given | undefined): TE.TaskEither<ApiError, Given | undefined> =>
    pipe(
      currentAccess(api.deps),
      TE.flatMap(({ state }) => {
        const standing = standingOf(state, approval?.by ?? '');
        if (approval === undefined || standing === undefined) return TE.right(undefined);
        return pipe(
          api.settled,
          TE.flatMap(() => outOfScopeOf(api, limitsOf(api, standing))(digest)),
          TE.map((beyond) => (beyond === undefined ? approval : undefined)),
        );
      }),
    );

const approvedOrAsked = (api: Api, route: Route, operation: Approvable, raw: RawRequest): Reply =>
  pipe(
    keptRequest(api, route, operation, raw),
    TE.bind(
      'approval',
      ({ digest }): TE.TaskEither<ApiError, Given | undefined> =>
        pipe(approvalFor(api.deps)(raw.principal?.subject ?? '', digest), TE.flatMap(reachedBy(api, digest))),
    ),
    TE.flatMap(({ wanted, digest, approval }) =>
      approval === undefined ? ask(api, raw, operation, wanted, digest) : carryOut(api, route, raw, approval),
    ),
  );

/**
 * A route whose operation the approval policy names is carried out only once another person approved exactly this request.
 * Sending it asks; sending it again, when it was approved, does it. Changing that policy needs a second person as soon as
 * anything does: or one could switch it off.
 */
export const underApproval =
  (api: Api) =>
  (route: Route): Route => {
    const { operation } = route;
    if (operation === 'approveBaseImage') {
      const run = (raw: RawRequest): Reply =>
        raw.breakGlass === undefined ? route.run(raw) : alone(api, route, operation, raw, raw.breakGlass);
      return { ...route, run };
    }
    if (!Approvable.is(operation)) return route;
    const run = (raw: RawRequest): Reply =>
      pipe(
        currentAccess(api.deps),
        TE.flatMap(({ state: { approvals } }) => {
          const isPolicy = operation === 'changeApprovalPolicy';
          const everTwo = isPolicy && (approvals.operations.length > 0 || namesForEmergencies(raw));
          const named = namedAs(operation).some((each) => approvals.operations.includes(each));
          if (!everTwo && !named) return route.run(raw);
          // Who needs whom can't be overridden: else the glass would be the last that anybody had to break.
          return raw.breakGlass === undefined || isPolicy
            ? approvedOrAsked(api, route, operation, raw)
            : alone(api, route, operation, raw, raw.breakGlass);
        }),
      );
    return { ...route, run };
  };
