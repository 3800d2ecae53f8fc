import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessState } from '../../../domain/access/state.js';
import type { ApprovalCommand } from '../../../domain/approval/commands.js';
import { approvalDecider } from '../../../domain/approval/decider.js';
import type { ApprovalState } from '../../../domain/approval/state.js';
import type { Decider } from '../../../domain/ledger/decider.js';
import type { Actor, DomainEvent } from '../../../domain/ledger/envelope.js';
import { GIVEN_AT } from '../../support/decider.js';

/** Names of alice are a..., of bob b...: who is behind a name is what the deciders have to find out by themselves. */
const NAMES = ['alice', 'a1', 'a2', 'a3', 'bob', 'b1', 'b2'] as const;
type Name = (typeof NAMES)[number];
const humanOf = (name: string): string => name.slice(0, 1);

interface World {
  readonly access: AccessState;
  readonly approval: ApprovalState;
  readonly revision: number;
}

type Step =
  | { readonly do: 'grant'; readonly by: Name; readonly who: Name; readonly person: Name; readonly id: number }
  | { readonly do: 'confirm' | 'withdraw'; readonly by: Name; readonly who: Name }
  | { readonly do: 'ask' | 'approve'; readonly by: Name; readonly id: number };

const id = (n: number): string => `00000000-0000-4000-8000-00000000000${String(n)}`;
const DIGEST = '11'.repeat(32);
const actor = (subject: string): Actor => ({ subject, role: 'trust-administrator' });

const decideAndEvolve = <S, C, Ev extends DomainEvent, R>(
  decider: Decider<S, C, Ev, R>,
  state: S,
  command: C,
  by: Actor,
  revision: number,
): { readonly state: S; readonly said: ReadonlyArray<Ev> } => {
  const said = E.getOrElse<R, ReadonlyArray<Ev>>(() => [])(decider.decide(command, state));
  const common = { index: revision, stream: 's', revision, id: '', command: '', basis: {}, leaf: '', kid: '' };
  const next = said
    .map((event) => ({ ...common, recordedAt: GIVEN_AT, actor: by, event }))
    .reduce(decider.evolve, state);
  return { state: next, said };
};

/** Who was approved by whom, as the workflow would tell a grant: only what was approved counts. */
const voucher = (world: World, n: number): string | undefined => world.approval.open.get(id(n))?.approver;

const accessCommand = (step: Step, world: World): AccessCommand | undefined => {
  const by = actor(step.by);
  switch (step.do) {
    case 'grant': {
      const vouchedBy =
        world.approval.open.get(id(step.id))?.requester === step.by ? voucher(world, step.id) : undefined;
      return {
        type: 'GrantOperator',
        by,
        subject: step.who,
        role: 'trust-administrator',
        person: step.person,
        scope: null,
        vouchedBy,
      };
    }
    case 'confirm':
      return { type: 'ConfirmOperator', by, subject: step.who };
    case 'withdraw':
      return { type: 'WithdrawOperator', by, subject: step.who, reason: 'r' };
    case 'ask':
    case 'approve':
      return undefined;
  }
};

const approvalCommand = (step: Step, { access: { persons } }: World): ApprovalCommand | undefined => {
  const by = actor(step.by);
  if (step.do === 'approve')
    return { type: 'GiveApproval', by, id: id(step.id), digest: DIGEST, now: GIVEN_AT, persons };
  if (step.do !== 'ask') return undefined;
  const asked = {
    id: id(step.id),
    operation: 'grantOperator',
    permission: 'ManageOperators',
    own: false,
    digest: DIGEST,
  } as const;
  return { type: 'RequestApproval', by, ...asked, summary: 's', now: GIVEN_AT, lifetimeSeconds: 60 };
};

const FOUNDING: Actor = { subject: 'authority', role: 'authority' };
const founded = ['alice', 'bob'].reduce<AccessState>((state, subject) => {
  const command = { type: 'GrantOperator', by: FOUNDING, subject, role: 'trust-administrator' } as const;
  return decideAndEvolve(
    accessDecider,
    state,
    { ...command, person: undefined, scope: null, vouchedBy: undefined },
    FOUNDING,
    0,
  ).state;
}, accessDecider.initial);

/** Who holds no role can't come in: admission asks the same state. */
const take = (world: World, step: Step): { readonly world: World; readonly approved: ReadonlyArray<string> } => {
  if (!world.access.operators.has(step.by)) return { world, approved: [] };
  const toAccess = accessCommand(step, world);
  const toApproval = approvalCommand(step, world);
  const revision = world.revision + 1;
  const by = actor(step.by);
  const access =
    toAccess === undefined ? world.access : decideAndEvolve(accessDecider, world.access, toAccess, by, revision).state;
  if (toApproval === undefined) return { world: { ...world, access, revision }, approved: [] };
  const { state, said } = decideAndEvolve(approvalDecider, world.approval, toApproval, by, revision);
  const approved = said.flatMap(({ type, data }) => (type === 'ApprovalGiven' ? [data.id] : []));
  return { world: { access, approval: state, revision }, approved };
};

const name = (of: ReadonlyArray<Name>): fc.Arbitrary<Name> => fc.constantFrom(...of);
const n = fc.integer({ min: 0, max: 5 });
const ALICES: ReadonlyArray<Name> = ['alice', 'a1', 'a2', 'a3'];
const BOBS: ReadonlyArray<Name> = ['bob', 'b1', 'b2'];

const stepsOf = (
  by: ReadonlyArray<Name>,
  whom: ReadonlyArray<Name>,
  persons: ReadonlyArray<Name>,
): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({ do: fc.constant('grant' as const), by: name(by), who: name(whom), person: name(persons), id: n }),
    fc.record({ do: fc.constantFrom('confirm' as const, 'withdraw' as const), by: name(by), who: name(whom) }),
    fc.record({ do: fc.constantFrom('ask' as const, 'approve' as const), by: name(by), id: n }),
  );

/** Alice does what she likes with names of hers, bob's included; bob minds his own and vouches for nobody of hers. */
const history = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: stepsOf(ALICES, ALICES, NAMES) },
    { weight: 1, arbitrary: stepsOf(BOBS, BOBS, BOBS).filter(({ do: what }) => what !== 'approve') },
  ),
  { minLength: 5, maxLength: 60 },
);

const OFTEN = { numRuns: 2_000 };

describe('two people', () => {
  it('are never one person, whatever names that one gives and confirms', () => {
    let asked = 0;
    fc.assert(
      fc.property(history, (steps) => {
        let world: World = { access: founded, approval: approvalDecider.initial, revision: 0 };
        for (const step of steps) {
          const { world: next, approved } = take(world, step);
          for (const each of approved) {
            const open = next.approval.open.get(each);
            expect(humanOf(open?.requester ?? '')).not.toBe(humanOf(open?.approver ?? ''));
          }
          asked += next.approval.open.size > world.approval.open.size ? 1 : 0;
          world = next;
        }
      }),
      OFTEN,
    );
    expect(asked).toBeGreaterThan(100);
  });

  it('are found where there are two', () => {
    const world = { access: founded, approval: approvalDecider.initial, revision: 0 };
    const { world: waiting } = take(world, { do: 'ask', by: 'alice', id: 1 });
    expect(take(waiting, { do: 'approve', by: 'bob', id: 1 }).approved).toEqual([id(1)]);
    expect(take(waiting, { do: 'approve', by: 'alice', id: 1 }).approved).toEqual([]);
  });
});
