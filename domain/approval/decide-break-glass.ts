import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { SamePerson } from '../access/commands.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import { mayBeOnePerson } from '../access/state.js';
import { plusSeconds } from '../encoding/instant.js';
import type { ApprovalCommand, BreakGlassRejection } from './commands.js';
import type { ApprovalEvent } from './events.js';
import type { ApprovalState } from './state.js';

type Of<T extends ApprovalCommand['type']> = Extract<ApprovalCommand, { readonly type: T }>;
type Decided = E.Either<PermissionRequired | SamePerson | BreakGlassRejection, ReadonlyArray<ApprovalEvent>>;

/** Long enough to send the request again after a crash, too short to keep in a drawer. */
const LIFETIME_SECONDS = 900;
const MOST_UNREVIEWED = 256;

const use = (command: Of<'BreakGlass'>, state: ApprovalState): Decided => {
  const { by, id, operation, permission, digest, summary, reason, now, named } = command;
  if (!named.includes(by.subject)) return E.left({ _tag: 'BreakGlassNotGranted', subject: by.subject });
  if (state.glass.size >= MOST_UNREVIEWED) return E.left({ _tag: 'TooMuchUnreviewed', most: MOST_UNREVIEWED });
  const expires = plusSeconds(now, LIFETIME_SECONDS);
  return pipe(
    requirePermission(by, 'BreakGlass'),
    E.flatMap(() => requirePermission(by, permission)),
    E.map(() => [{ type: 'BreakGlassUsed', data: { id, operation, permission, digest, summary, reason, expires } }]),
  );
};

const review = ({ by, id, finding, persons }: Of<'ReviewBreakGlass'>, state: ApprovalState): Decided =>
  pipe(
    requirePermission(by, 'ApproveChanges'),
    E.flatMap(() => E.fromNullable<BreakGlassRejection>({ _tag: 'BreakGlassUnknown', id })(state.glass.get(id))),
    E.flatMap(
      (held): Decided =>
        mayBeOnePerson({ persons }, by.subject, held.by)
          ? E.left({ _tag: 'SamePerson', what: held.operation })
          : E.right([{ type: 'BreakGlassReviewed', data: { id, finding } }]),
    ),
  );

/** What one person does alone in an emergency, loudly, and that another one looks at it afterwards. */
export const decideBreakGlass = (command: Of<'BreakGlass' | 'ReviewBreakGlass'>, state: ApprovalState): Decided =>
  command.type === 'BreakGlass' ? use(command, state) : review(command, state);
