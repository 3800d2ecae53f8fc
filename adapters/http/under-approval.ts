import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { currentAccess } from '../../domain/access/access-stream.js';
import { printable } from '../../domain/appraisal/reason-codes.js';
import {
  approvalFor,
  approvedCommandId,
  currentApprovals,
  requestApproval,
  useApproval,
} from '../../domain/approval/approvals.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import type { Json } from '../../domain/encoding/json.js';
import type { Approval } from '../../domain/ledger/ledger.js';
import { type Api, requestOf } from './api.js';
import type { ApiError } from './api-error.js';
import { Approvable, namedAs, permissionOf } from './approvable.js';
import type { ApprovalPending } from './codecs/approvals.js';
import { parseBody } from './json-body.js';
import type { Answer, RawRequest, Route } from './route.js';

type Reply = TE.TaskEither<ApiError, Answer<unknown>>;
type Fields = Readonly<Record<string, Json>>;

type Given = Approval & { readonly id: string };

interface Wanted {
  readonly operation: Approvable;
  readonly document: Uint8Array;
  readonly summary: string;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** For people; the document is what is approved. */
const summaryOf = (operation: string, parts: ReadonlyArray<unknown>): string => {
  const fields = parts.flatMap((part) => (isObject(part) ? Object.entries(part) : []));
  const short = fields.flatMap(([key, value]) =>
    key === 'keys' && Array.isArray(value)
      ? [`${String(value.length)} keys`]
      : typeof value === 'object' || String(value).length > 80
        ? []
        : [`${key} ${printable(String(value))}`],
  );
  return printable([operation, ...short].join(', '), 512);
};

/** The request as the approver reads it: who asks, for what, with everything that decides what happens. */
const wantedOf = (api: Api, operation: Approvable, raw: RawRequest): E.Either<ApiError, Wanted> =>
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

const ask = (api: Api, raw: RawRequest, { operation, summary }: Wanted, digest: string): Reply =>
  pipe(
    requestApproval(api.deps)({
      ...requestOf({ principal: raw.principal, commandId: raw.newCommandId() }),
      operation,
      permission: permissionOf(operation),
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

const approvedOrAsked = (api: Api, route: Route, operation: Approvable, raw: RawRequest): Reply =>
  pipe(
    TE.Do as TE.TaskEither<ApiError, object>,
    TE.bind('wanted', () =>
      TE.fromEither(
        pipe(
          route.check(raw),
          E.flatMap(() => wantedOf(api, operation, raw)),
        ),
      ),
    ),
    TE.bind('digest', ({ wanted }): TE.TaskEither<ApiError, string> => api.deps.evidence.put(wanted.document)),
    TE.bind(
      'approval',
      ({ digest }): TE.TaskEither<ApiError, Given | undefined> =>
        approvalFor(api.deps)(raw.principal?.subject ?? '', digest),
    ),
    TE.flatMap(({ wanted, digest, approval }) =>
      approval === undefined ? ask(api, raw, wanted, digest) : carryOut(api, route, raw, approval),
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
    if (!Approvable.is(operation)) return route;
    const run = (raw: RawRequest): Reply =>
      pipe(
        currentAccess(api.deps),
        TE.flatMap(({ state: { approvals } }) => {
          const isPolicy = operation === 'changeApprovalPolicy' && approvals.operations.length > 0;
          const needed = isPolicy || namedAs(operation).some((each) => approvals.operations.includes(each));
          return needed ? approvedOrAsked(api, route, operation, raw) : route.run(raw);
        }),
      );
    return { ...route, run };
  };
