import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import { holderOfAccount } from '../../../domain/access/holder-of-account.js';
import type { AccessState } from '../../../domain/access/state.js';
import type { TokenIssuer } from '../../../domain/access/token-issuer.js';
import type { ApprovalCommand } from '../../../domain/approval/commands.js';
import { approvalDecider } from '../../../domain/approval/decider.js';
import type { ApprovalState } from '../../../domain/approval/state.js';
import type { Decider } from '../../../domain/ledger/decider.js';
import type { Actor, DomainEvent } from '../../../domain/ledger/envelope.js';
import { GIVEN_AT } from '../../support/decider.js';

/*
 * Two humans with names and accounts of their own. Alice does whatever she likes: she also runs an issuer that says what she wants, and
 * puts it in the place of the honest one. Bob is honest: he says of his own names and accounts that they are his, confirms the honest
 * issuer only, and approves what alice asks for.
 */
type Human = 'alice' | 'bob';
const NAMES = { alice: ['alice', 'a1', 'a2'], bob: ['bob', 'b1'] } as const;
const ACCOUNTS: Readonly<Record<string, { readonly human: Human; readonly person: string }>> = {
  'corp:ann': { human: 'alice', person: 'e-1' },
  'corp:ann-too': { human: 'alice', person: 'e-1' },
  'corp:ben': { human: 'bob', person: 'e-2' },
};
const ALL_NAMES = [...NAMES.alice, ...NAMES.bob];
const ALL_ACCOUNTS = Object.keys(ACCOUNTS);
const accountsOf = (human: Human) => ALL_ACCOUNTS.filter((each) => ACCOUNTS[each]?.human === human);
const TRUST = 'trust-administrator' as const;

const honest: TokenIssuer = {
  name: 'corp',
  issuer: 'https://corp.example',
  audience: 'sekisho',
  keysUrl: null,
  algorithms: ['ES256'],
  subjectClaim: 'sub',
  personClaim: 'employee',
  skewSeconds: 30,
  roles: [{ claim: 'groups', value: 'gate', role: TRUST, scope: null }],
};
const SETTINGS = {
  honest,
  otherRules: { ...honest, skewSeconds: 5 },
  otherUrl: { ...honest, issuer: 'https://evil.example' },
  otherKeys: { ...honest, keysUrl: 'https://evil.example/keys' },
} as const;
type Setting = keyof typeof SETTINGS;
const isHonest = ({ issuer, keysUrl }: TokenIssuer): boolean => issuer === honest.issuer && keysUrl === null;

type Act =
  | { readonly do: 'trust'; readonly settings: Setting }
  | { readonly do: 'confirm-issuer' | 'remove-issuer' }
  | { readonly do: 'grant' | 'confirm' | 'withdraw' | 'offer'; readonly name: string }
  | { readonly do: 'bind'; readonly account: string; readonly name: string }
  | { readonly do: 'release'; readonly account: string }
  | { readonly do: 'ask' | 'approve'; readonly id: number };

/** Who does it, and what they show: a token of an operator's name, or one of an account, as this person. */
interface Step {
  readonly human: Human;
  readonly with: string;
  readonly person: string;
  readonly act: Act;
}

interface World {
  readonly access: AccessState;
  readonly approval: ApprovalState;
  readonly revision: number;
  /** Who really asked, trusted, or granted. */
  readonly asked: ReadonlyMap<string, Human>;
  readonly truster: Human;
  readonly granter: ReadonlyMap<string, Human>;
}

const id = (n: number): string => `00000000-0000-4000-8000-00000000000${String(n)}`;
const DIGEST = '11'.repeat(32);

const run = <S, C, Ev extends DomainEvent, R>(
  decider: Decider<S, C, Ev, R>,
  state: S,
  command: C,
  actor: Actor,
  revision: number,
): { readonly state: S; readonly said: ReadonlyArray<Ev> } => {
  const said = E.getOrElse<R, ReadonlyArray<Ev>>(() => [])(decider.decide(command, state));
  const common = { index: revision, stream: 's', revision, id: '', command: '', basis: {}, leaf: '', kid: '' };
  const next = said.map((event) => ({ ...common, recordedAt: GIVEN_AT, actor, event })).reduce(decider.evolve, state);
  return { state: next, said };
};

/** As a request is let in: by a name that holds a role, or by an account of an issuer that is trusted, as that or as its operator. */
const comeIn = (world: World, step: Step): { readonly actor: Actor; readonly access: AccessState } | undefined => {
  const { access } = world;
  if (!step.with.includes(':'))
    return access.operators.has(step.with) ? { actor: { subject: step.with, role: TRUST }, access } : undefined;
  const trusted = access.issuers.get('corp')?.settings;
  const owner = ACCOUNTS[step.with];
  if (trusted === undefined || owner === undefined) return undefined;
  const says = isHonest(trusted);
  if (says ? owner.human !== step.human : step.human !== 'alice') return undefined;
  const person = says ? owner.person : step.person;
  const identity = { subject: step.with, issuer: 'corp', person, role: TRUST, scope: null };
  const holder = holderOfAccount(access, identity);
  if (E.isLeft(holder)) return undefined;
  if (holder.right !== undefined) return { actor: { subject: holder.right.subject, role: TRUST }, access };
  const actor = { subject: step.with, role: TRUST };
  const command = { type: 'IntroduceIdentity', by: actor, identity } as const;
  return { actor, access: run(accessDecider, access, command, actor, world.revision).state };
};

const accessCommand = (by: Actor, act: Act): AccessCommand | undefined => {
  switch (act.do) {
    case 'trust':
      return { type: 'TrustTokenIssuer', by, settings: SETTINGS[act.settings], vouchedBy: undefined };
    case 'confirm-issuer':
      return { type: 'ConfirmTokenIssuer', by, name: 'corp' };
    case 'remove-issuer':
      return { type: 'RemoveTokenIssuer', by, name: 'corp', reason: 'r' };
    case 'grant': {
      const given = { subject: act.name, role: TRUST, person: undefined, scope: null, vouchedBy: undefined };
      return { type: 'GrantOperator', by, ...given };
    }
    case 'confirm':
      return { type: 'ConfirmOperator', by, subject: act.name };
    case 'withdraw':
      return { type: 'WithdrawOperator', by, subject: act.name, reason: 'r' };
    case 'offer':
      return { type: 'OfferAccount', by, subject: act.name, now: GIVEN_AT };
    case 'bind':
      return { type: 'BindAccount', by, account: act.account, subject: act.name, now: GIVEN_AT };
    case 'release':
      return { type: 'ReleaseAccount', by, account: act.account, reason: 'r' };
    case 'ask':
    case 'approve':
      return undefined;
  }
};

const approvalCommand = (by: Actor, act: Act, { persons }: AccessState): ApprovalCommand | undefined => {
  if (act.do === 'approve') return { type: 'GiveApproval', by, id: id(act.id), digest: DIGEST, now: GIVEN_AT, persons };
  if (act.do !== 'ask') return undefined;
  const asked = { id: id(act.id), operation: 'changePolicy', permission: 'ManageOperators', own: false } as const;
  return { type: 'RequestApproval', by, ...asked, digest: DIGEST, summary: 's', now: GIVEN_AT, lifetimeSeconds: 60 };
};

/** What takes two was done: by whom, and with whom. */
type Pair = readonly [one: Human | undefined, other: Human];

const pairsOf = (world: World, human: Human, said: ReadonlyArray<DomainEvent>): ReadonlyArray<Pair> =>
  said.flatMap((event): ReadonlyArray<Pair> => {
    const { id: request, subject } = event.data as { readonly id?: string; readonly subject?: string };
    switch (event.type) {
      case 'ApprovalGiven':
        return [[world.asked.get(request ?? ''), human]];
      case 'TokenIssuerConfirmed':
        return [[world.truster, human]];
      case 'OperatorConfirmed':
        return [[world.granter.get(subject ?? ''), human]];
      default:
        return [];
    }
  });

const remembering = (world: World, human: Human, said: ReadonlyArray<DomainEvent>): World =>
  said.reduce((next, event): World => {
    const { id: request = '', subject = '' } = event.data as { readonly id?: string; readonly subject?: string };
    if (event.type === 'ApprovalRequested') return { ...next, asked: new Map([...next.asked, [request, human]]) };
    if (event.type === 'TokenIssuerTrusted') return { ...next, truster: human };
    if (event.type === 'OperatorGranted') return { ...next, granter: new Map([...next.granter, [subject, human]]) };
    return next;
  }, world);

interface Taken {
  readonly world: World;
  readonly pairs: ReadonlyArray<Pair>;
  readonly said: ReadonlyArray<DomainEvent>;
  readonly actor: string;
}

const take = (world: World, step: Step): Taken => {
  const nothing: Taken = { world, pairs: [], said: [], actor: '' };
  const honestOne = world.access.issuers.get('corp');
  // Bob looks at what he confirms.
  const isBlind = step.act.do === 'confirm-issuer' && honestOne !== undefined && !isHonest(honestOne.settings);
  const come = step.human === 'bob' && isBlind ? undefined : comeIn(world, step);
  if (come === undefined) return nothing;
  const { actor } = come;
  const revision = world.revision + 1;
  const toAccess = accessCommand(actor, step.act);
  const access =
    toAccess === undefined
      ? { state: come.access, said: [] }
      : run(accessDecider, come.access, toAccess, actor, revision);
  const toApproval = approvalCommand(actor, step.act, come.access);
  const approval =
    toApproval === undefined
      ? { state: world.approval, said: [] }
      : run(approvalDecider, world.approval, toApproval, actor, revision);
  const said = [...access.said, ...approval.said];
  const pairs = pairsOf(world, step.human, said);
  const next = { ...world, access: access.state, approval: approval.state, revision };
  return { world: remembering(next, step.human, said), pairs, said, actor: actor.subject };
};

const FOUNDING: Actor = { subject: 'authority', role: 'authority' };
const founding: ReadonlyArray<readonly [AccessEvent, Actor]> = [
  ...(['alice', 'bob'] as const).map((subject): readonly [AccessEvent, Actor] => [
    { type: 'OperatorGranted', data: { subject, role: TRUST, person: subject, vouchedBy: null, scope: null } },
    FOUNDING,
  ]),
  [
    { type: 'TokenIssuerTrusted', data: { ...honest, vouchedBy: null } },
    { subject: 'alice', role: TRUST },
  ],
  [
    { type: 'TokenIssuerConfirmed', data: { name: 'corp' } },
    { subject: 'bob', role: TRUST },
  ],
];
const START: World = {
  access: founding.reduce<AccessState>((state, [event, actor], revision) => {
    const common = { index: revision, stream: 's', revision, id: '', command: '', basis: {}, leaf: '', kid: '' };
    return accessDecider.evolve(state, { ...common, recordedAt: GIVEN_AT, actor, event });
  }, accessDecider.initial),
  approval: approvalDecider.initial,
  revision: founding.length,
  asked: new Map(),
  truster: 'alice',
  granter: new Map(),
};

const one = <A>(of: ReadonlyArray<A>): fc.Arbitrary<A> => fc.constantFrom(...of);
const n = fc.integer({ min: 0, max: 1 });
const is = <T>(...what: ReadonlyArray<T>) => one(what);

/** Whoever grants a name has its token: so they grant names of theirs. Anything else they may say of any name. */
const acts = (
  own: ReadonlyArray<string>,
  names: ReadonlyArray<string>,
  accounts: ReadonlyArray<string>,
  settings: ReadonlyArray<Setting>,
) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: is('grant'), name: one(own) }) },
    { weight: 16, arbitrary: fc.record({ do: is('ask', 'approve'), id: n }) },
    { weight: 4, arbitrary: fc.record({ do: is('bind'), account: one(accounts), name: one(names) }) },
    { weight: 4, arbitrary: fc.record({ do: is('confirm', 'offer'), name: one(names) }) },
    { weight: 1, arbitrary: fc.record({ do: is('release'), account: one(accounts) }) },
    { weight: 1, arbitrary: fc.record({ do: is('withdraw'), name: one(names) }) },
    { weight: 1, arbitrary: fc.record({ do: is('trust'), settings: one(settings) }) },
    { weight: 1, arbitrary: fc.record({ do: is('confirm-issuer', 'confirm-issuer', 'remove-issuer') }) },
  ) as fc.Arbitrary<Act>;

const alices = fc.record({
  human: fc.constant('alice' as const),
  with: one([...NAMES.alice, ...ALL_ACCOUNTS]),
  person: is('e-1', 'e-2', 'e-3'),
  act: acts(NAMES.alice, ALL_NAMES, ALL_ACCOUNTS, Object.keys(SETTINGS) as ReadonlyArray<Setting>),
});
const bobs = fc.record({
  human: fc.constant('bob' as const),
  with: one([...NAMES.bob, ...accountsOf('bob')]),
  person: fc.constant('e-2'),
  act: acts(NAMES.bob, NAMES.bob, accountsOf('bob'), ['honest', 'otherRules']),
});

/** Both steps of a binding, one after the other: by chance they seldom come so. */
const joining = (human: Human, names: ReadonlyArray<string>, accounts: ReadonlyArray<string>) =>
  fc.record({ account: one(accounts), name: one(names), as: one(NAMES[human]) }).map(
    ({ account, name, as }): ReadonlyArray<Step> => [
      { human, with: account, person: ACCOUNTS[account]?.person ?? '', act: { do: 'offer', name } },
      { human, with: as, person: '', act: { do: 'bind', account, name } },
    ],
  );

/** Alice puts an issuer of hers in the honest one's place, and comes as bob's account. */
const swapping = fc.record({ settings: is<Setting>('otherUrl', 'otherKeys'), name: one(ALL_NAMES) }).map(
  ({ settings, name }): ReadonlyArray<Step> => [
    { human: 'alice', with: 'alice', person: '', act: { do: 'trust', settings } },
    { human: 'alice', with: 'corp:ben', person: 'e-2', act: { do: 'offer', name } },
  ],
);

const single = (step: fc.Arbitrary<Step>) => step.map((each): ReadonlyArray<Step> => [each]);

const history = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: single(alices) },
      { weight: 4, arbitrary: single(bobs) },
      { weight: 2, arbitrary: joining('alice', ALL_NAMES, ALL_ACCOUNTS) },
      { weight: 1, arbitrary: joining('bob', NAMES.bob, accountsOf('bob')) },
      { weight: 1, arbitrary: swapping },
    ),
    { minLength: 10, maxLength: 60 },
  )
  .map((parts) => parts.flat());

/** Where both have bound an account already. */
const JOINED = (['ann alice', 'ben bob'] as const)
  .flatMap((pair): ReadonlyArray<Step> => {
    const [account = '', name = ''] = pair.split(' ');
    const human = name as Human;
    const person = ACCOUNTS[`corp:${account}`]?.person ?? '';
    return [
      { human, with: `corp:${account}`, person, act: { do: 'offer', name } },
      { human, with: name, person, act: { do: 'bind', account: `corp:${account}`, name } },
    ];
  })
  .reduce((world, step) => take(world, step).world, START);

describe('one person', () => {
  it('never meets a two-person rule alone, whatever is bound to whom and however they come in', () => {
    let [byAccount, between] = [0, 0];
    fc.assert(
      fc.property(is(START, JOINED), history, (start, steps) => {
        let world = start;
        for (const step of steps) {
          const { world: next, pairs, actor } = take(world, step);
          for (const [first, second] of pairs) expect([step, first]).not.toEqual([step, second]);
          between += pairs.length;
          if (step.with.includes(':') && actor !== '' && !actor.includes(':')) byAccount += 1;
          world = next;
        }
      }),
      { numRuns: 1000 },
    );
    // That it is about something: operators came by accounts, and two people were found.
    expect(byAccount).toBeGreaterThan(100);
    expect(between).toBeGreaterThan(100);
  });
});
