import type { Change } from './change.js';
import { differenceText } from './change.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';

/** Which answers of the guard are kept. */
export const planGuard = ({ guard: wanted }: ResolvedSite, { guard: present }: PresentSite): ReadonlyArray<Change> => {
  if (wanted === undefined || present === undefined) return [];
  const { record, reason = 'the site file says so' } = wanted;
  const detail = differenceText({ record }, present);
  const about = { kind: 'guard', name: 'policy', before: present } as const;
  if (detail === undefined) return [{ ...about, mark: '=', detail: '', steps: [] }];
  const body = { record, reason };
  const call = { operation: 'changeGuardPolicy', method: 'PUT', path: '/v1/guard/policy', body } as const;
  return [{ ...about, mark: '~', detail, steps: [{ call }] }];
};
