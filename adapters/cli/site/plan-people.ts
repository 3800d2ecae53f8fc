import type * as t from 'io-ts';
import { sameScope, scopeText } from '../../../domain/access/scope.js';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList } from './change.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import type { SiteOperator } from './site-file.js';

type Wanted = t.TypeOf<typeof SiteOperator>;
type Present = PresentSite['operators'][number];

const PATH = '/v1/operators';

const operators: Listed<Wanted, Present> = {
  kind: 'operator',
  nameOf: ({ subject }) => subject,
  presentName: ({ subject }) => subject,
  isGone: () => false,
  addDetail: ({ role, scope = null }) => (scope === null ? role : `${role}, for ${scopeText(scope)}`),
  add: (body) => [{ call: { operation: 'grantOperator', method: 'POST', path: PATH, body } }],
  differs: ({ role, scope = null }, present) =>
    differenceText(
      { role, ...(sameScope(scope, present.scope) ? {} : { scope: scopeText(scope) }) },
      { ...present, scope: scopeText(present.scope) },
    ),
  take: ({ subject }, reason) => ({
    call: { operation: 'withdrawOperator', method: 'DELETE', path: `${PATH}/${segment(subject)}`, body: { reason } },
  }),
};

/** A withdrawn operator leaves no row, so what there was before is told apart by the entry that was read last. */
export const planOperators = (
  { operators: wanted }: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> =>
  wanted === undefined
    ? []
    : planList(operators, wanted, present.operators, options).map((change) => ({
        ...change,
        before: [present.index, change.before],
      }));

export const planApprovals = (
  { approvals: wanted }: ResolvedSite,
  { approvals: present }: PresentSite,
): ReadonlyArray<Change> => {
  if (wanted === undefined || present === undefined) return [];
  const body = { ...wanted, operations: [...wanted.operations].sort() };
  const detail = differenceText(body, { ...present, operations: [...present.operations].sort() });
  const about = { kind: 'approvals', name: 'policy', before: present } as const;
  return [
    detail === undefined
      ? { ...about, mark: '=', detail: '', steps: [] }
      : {
          ...about,
          mark: '~',
          detail,
          steps: [{ call: { operation: 'changeApprovalPolicy', method: 'PUT', path: '/v1/approval-policy', body } }],
        },
  ];
};
