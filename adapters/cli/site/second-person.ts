import { Approvable, namedAs } from '../../http/approvable.js';
import type { Change, Step } from './change.js';
import type { PresentSite } from './present-site.js';

type Policy = NonNullable<PresentSite['approvals']>;

/** As the authority asks it: what policy names, and that policy itself as soon as anything needs two, or anybody may act alone. */
const needsTwo =
  ({ operations }: Policy) =>
  ({ call: { operation, body } }: Step): boolean => {
    if (!Approvable.is(operation)) return false;
    if (operation === 'changeApprovalPolicy') {
      const { breakGlass = [] } = body as { readonly breakGlass?: ReadonlyArray<string> };
      return operations.length > 0 || breakGlass.length > 0;
    }
    return namedAs(operation).some((each) => operations.includes(each));
  };

/** Says of each change whether applying it only asks for it, until a second person approved. */
export const withSecondPerson =
  (policy: Policy | undefined) =>
  (change: Change): Change =>
    policy !== undefined && change.steps.some(needsTwo(policy)) ? { ...change, secondPerson: true } : change;
