import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { makeClient } from '../../../../adapters/cli/authority-client.js';
import { unavailable } from '../../../../adapters/cli/failure.js';
import { carryOut } from '../../../../adapters/cli/site/carry-out.js';
import { exportSite } from '../../../../adapters/cli/site/export-site.js';
import { planSite } from '../../../../adapters/cli/site/plan-site.js';
import { readPresent } from '../../../../adapters/cli/site/present-site.js';
import { parseSite } from '../../../../adapters/cli/site/read-site.js';
import { resolveSite } from '../../../../adapters/cli/site/resolve-site.js';
import { planText } from '../../../../adapters/cli/site/site-text.js';
import { inProcess, type Transport } from '../../../../adapters/cli/transport.js';
import { basicConstraints, cn, ecKey, KEY_CERT_SIGN, makeCertificate } from '../../../support/certificate-maker.js';
import { eventsOf } from '../../../support/fold.js';
import { type HttpAuthority, openHttpAuthority } from '../../../support/http-authority.js';
import { right } from '../../../support/ledger.js';
import { pemOf } from '../../../support/pem.js';
import { folderForAll } from '../../../support/temporary-folder.js';

const certificateOf = (name: string): string => {
  const [key, subject] = [ecKey(), cn(name)];
  return pemOf(makeCertificate({ key, subject, extensions: [basicConstraints(true), KEY_CERT_SIGN] }));
};

const CORP = {
  name: 'corp',
  issuer: 'https://login.example',
  audience: 'sekisho',
  roles: [{ claim: 'groups', value: 'audit', role: 'auditor', scope: ['cluster/east'] }],
};
const VCENTER = {
  name: 'vcenter-1',
  issuer: 'https://vc1.example/openidconnect/vsphere.local',
  holder: { kind: 'group', name: 'WorkloadAdmins' },
  tokens: { audience: 'sekisho', subjectClaim: 'sub', groupsClaim: 'group_names' },
  chain: certificateOf('Tokens 1'),
};
const PEOPLE = { site: 1, tokenIssuers: [CORP], principals: [VCENTER], guard: { record: 'all' } };

type Site = Readonly<Record<string, unknown>>;
interface Options {
  readonly prune?: string;
  readonly over?: (transport: Transport) => Transport;
}

const folder = folderForAll();
const written = (site: Site): string => stringify(site, { aliasDuplicateObjects: false });

const withAuthority = async <A>(use: (authority: HttpAuthority) => Promise<A>): Promise<A> => {
  const authority = await openHttpAuthority();
  try {
    return await use(authority);
  } finally {
    await authority.close();
    rmSync(dirname(authority.dir), { recursive: true, force: true });
  }
};

const clientOf = ({ app, tokens }: HttpAuthority, { over = (same) => same }: Options = {}) =>
  makeClient(over(inProcess(app)), () => TE.right(tokens.get('alice')));

const planned = async (authority: HttpAuthority, site: Site, { prune }: Options = {}) => {
  const read = right(await resolveSite(folder())(right(parseSite('site.yaml', written(site))))());
  const present = right(
    await readPresent(clientOf(authority), (section) => read[section as keyof typeof read] !== undefined)(),
  );
  return planSite(read, present, { prune });
};
const plan = async (authority: HttpAuthority, site: Site, options?: Options) =>
  (await planned(authority, site, options)).flat().filter(({ mark }) => mark !== '=');
const carried = async (authority: HttpAuthority, site: Site, options?: Options) =>
  carryOut(
    { client: clientOf(authority, options), tokens: join(folder(), 'tokens'), progress: () => undefined },
    await planned(authority, site, options),
  )();
const apply = async (authority: HttpAuthority, site: Site, options?: Options) =>
  right(await carried(authority, site, options))
    .filter(({ result }) => result !== 'none')
    .map(({ change: { kind, name }, result, failure }) =>
      [kind, name, result, ...(failure === undefined ? [] : [failure.code])].join(' '),
    );
const exported = async (authority: HttpAuthority) => right(await exportSite(clientOf(authority))()).site;

const people = (more: Site): Site => ({ ...PEOPLE, ...more });

describe('a site file', { timeout: 120_000 }, () => {
  it('makes token issuers, principals and the guard as it says, once, and shows who has to confirm an issuer', () =>
    withAuthority(async (authority) => {
      expect(await apply(authority, PEOPLE)).toEqual([
        'token-issuer corp done',
        'principal vcenter-1 done',
        'guard policy done',
      ]);
      expect(await plan(authority, PEOPLE)).toMatchObject([
        { mark: '!', kind: 'token-issuer', detail: expect.stringContaining('sekisho token-issuer confirm corp') },
      ]);
      const before = await authority.size();
      expect(await apply(authority, PEOPLE)).toEqual([]);
      expect(await authority.size()).toBe(before);
      await authority.ask('POST', '/v1/token-issuers/corp/confirm', { as: 'bob', body: {} });
      expect(await plan(authority, PEOPLE)).toEqual([]);
      const { principals } = (await authority.ask('GET', '/v1/principals', { as: 'arthur' })).json();
      expect(principals).toMatchObject([{ name: 'vcenter-1', tokens: VCENTER.tokens, status: 'trusted' }]);
      const events = await eventsOf(authority.opened.deps.store);
      expect(events.findLast(({ event }) => event.type === 'GuardPolicyChanged')).toMatchObject({
        event: { data: { record: 'all', reason: 'the site file says so' } },
      });
    }));

  it('changes an issuer, says what that takes back, and rotates certificates with the overlap that it names', () =>
    withAuthority(async (authority) => {
      await apply(authority, PEOPLE);
      await authority.ask('POST', '/v1/token-issuers/corp/confirm', { as: 'bob', body: {} });
      const other = people({
        tokenIssuers: [{ ...CORP, audience: 'gate' }],
        principals: [{ ...VCENTER, chain: certificateOf('Tokens 2'), overlapSeconds: 3600 }],
      });
      expect(await plan(authority, other)).toMatchObject([
        {
          mark: '~',
          name: 'corp',
          detail:
            'audience sekisho -> gate; counts no second person until another one confirms it; accounts bound with it are released',
        },
        { mark: '~', name: 'vcenter-1', detail: 'other certificates, the ones before count for 3600 s more' },
      ]);
      expect(await apply(authority, other)).toEqual(['token-issuer corp done', 'principal vcenter-1 done']);
      expect((await plan(authority, other)).map(({ mark, kind }) => `${mark} ${kind}`)).toEqual(['! token-issuer']);
      const { principals } = (await authority.ask('GET', '/v1/principals', { as: 'arthur' })).json();
      expect(principals[0].previous).toMatchObject({ until: '2026-12-01T01:00:00.000Z' });
    }));

  it('makes another principal of a name only for a reason, and takes away what it does not have for a reason too', () =>
    withAuthority(async (authority) => {
      await apply(authority, PEOPLE);
      const other = people({ principals: [{ ...VCENTER, holder: { kind: 'user', name: 'vpxd' } }] });
      expect((await plan(authority, other)).find(({ kind }) => kind === 'principal')).toMatchObject({
        mark: '!',
        detail: expect.stringContaining('--prune'),
      });
      expect(await apply(authority, other)).toEqual([]);
      expect(await apply(authority, other, { prune: 'moved' })).toEqual(['principal vcenter-1 done']);
      const none = { site: 1, tokenIssuers: [], principals: [] };
      expect((await plan(authority, none)).map(({ mark }) => mark)).toEqual(['?', '?']);
      expect(await apply(authority, none, { prune: 'over' })).toEqual([
        'principal vcenter-1 done',
        'token-issuer corp done',
      ]);
      expect((await exported(authority))['principals']).toEqual([]);
    }));

  it('asks for what takes two people, and says so before: nothing is done until another one approved', () =>
    withAuthority(async (authority) => {
      const policy = { operations: ['trustTokenIssuer', 'trustPrincipal', 'changeGuardPolicy'], lifetimeSeconds: 3600 };
      await apply(authority, { site: 1, approvals: policy });
      const changes = await plan(authority, people({ hosts: [{ id: 'h1' }] }));
      expect(changes.map(({ kind, secondPerson }) => [kind, secondPerson])).toEqual([
        ['token-issuer', true],
        ['principal', true],
        ['guard', true],
        ['host', undefined],
      ]);
      const text = planText(
        { bold: String, red: String, green: String, yellow: String, dim: String } as never,
        changes,
      );
      expect(text).toContain('asked for: another person approves it first');
      expect(text).toContain('3 need a second person');
      const before = await authority.size();
      expect(await apply(authority, PEOPLE)).toEqual([
        'token-issuer corp waiting ApprovalPending',
        'principal vcenter-1 waiting ApprovalPending',
        'guard policy waiting ApprovalPending',
      ]);
      expect(await apply(authority, PEOPLE)).toHaveLength(3);
      expect(await authority.size()).toBe(before + 3);
      const { approvals } = (await authority.ask('GET', '/v1/approvals', { as: 'bob' })).json();
      for (const { id, digest } of approvals)
        await authority.ask('POST', `/v1/approvals/${id}/approve`, { as: 'bob', body: { digest } });
      expect(await apply(authority, PEOPLE)).toEqual([
        'token-issuer corp done',
        'principal vcenter-1 done',
        'guard policy done',
      ]);
      // Approved by another person, the issuer is confirmed as well.
      expect(await plan(authority, PEOPLE)).toEqual([]);
      const less = { site: 1, approvals: { operations: [], lifetimeSeconds: 3600 } };
      expect(await plan(authority, less)).toMatchObject([{ kind: 'approvals', mark: '~', secondPerson: true }]);
    }));

  it.each([
    ['tokenIssuers', { ...CORP, algorithms: ['HS256'] }],
    ['tokenIssuers', { ...CORP, clientSecret: 'x' }],
    ['principals', { ...VCENTER, privateKey: 'x' }],
    ['principals', { ...VCENTER, overlapSeconds: 1e9 }],
  ])('refuses %s with what it can not have, saying where: %#', (section, row) => {
    const read = parseSite('site.yaml', written({ site: 1, [section]: [row] }));
    expect(read).toMatchObject({
      left: { message: expect.stringMatching(/^site\.yaml:\d+: (?:tokenIssu|principals)/) },
    });
  });

  it('names nothing twice', () => {
    const read = parseSite('site.yaml', written({ site: 1, tokenIssuers: [CORP, CORP] }));
    expect(read).toMatchObject({ left: { message: expect.stringContaining('tokenIssuers.1.name is given twice') } });
  });
});

const CHAINS = [certificateOf('Any 1'), certificateOf('Any 2')];
const textOf = (max: number) =>
  fc.string({
    minLength: 1,
    maxLength: max,
    unit: fc.constantFrom('a', 'b', '-', '0', ' ', 'é', 'ß', '"', "'", '#', ':'),
  });
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const scope = fc.uniqueArray(
  word.map((id) => `host/${id}*`),
  { minLength: 1, maxLength: 3 },
);
const role = fc.constantFrom('auditor', 'trust-administrator', 'key-administrator', 'workload-administrator');
const named = <A>(names: string, rest: (n: number) => fc.Arbitrary<A>) =>
  fc
    .integer({ min: 0, max: 3 })
    .chain((many) =>
      fc.tuple(...Array.from({ length: many }, (_, n) => rest(n).map((each) => ({ ...each, ...nameOf(names, n) })))),
    );
const nameOf = (names: string, n: number) => {
  const [key = '', begin = ''] = names.split(' ');
  return { [key]: `${begin}-${String(n)}` };
};

const anySite = fc.record({
  operators: named('subject new', () => fc.record({ role, scope }, { requiredKeys: ['role'] })),
  tokenIssuers: named('name issuer', (n) =>
    fc.record(
      {
        issuer: fc.constant(`https://issuer-${String(n)}.example`),
        audience: textOf(20),
        roles: fc.array(
          fc.record({ claim: word, value: textOf(20), role, scope }, { requiredKeys: ['claim', 'value', 'role'] }),
          { maxLength: 3 },
        ),
        personClaim: word,
        skewSeconds: fc.integer({ min: 0, max: 300 }),
        algorithms: fc.uniqueArray(fc.constantFrom('ES256', 'RS256', 'EdDSA'), { minLength: 1 }),
        keysUrl: fc.constantFrom(null, `https://keys-${String(n)}.example/jwks`),
      },
      { requiredKeys: ['issuer', 'audience', 'roles'] },
    ),
  ),
  principals: named('name principal', (n) =>
    fc.record(
      {
        issuer: textOf(20).map((text) => `${text}${String(n)}`),
        holder: fc.record({ kind: fc.constantFrom('user', 'group'), name: textOf(20) }),
        chain: fc.constantFrom(...CHAINS),
        tokens: fc.constantFrom(null, VCENTER.tokens),
      },
      { requiredKeys: ['issuer', 'holder', 'chain'] },
    ),
  ),
  policy: fc.record({ evidenceMaxAgeSeconds: fc.integer({ min: 600, max: 9000 }) }),
  guard: fc.record({ record: fc.constantFrom('all', 'refusals', 'none') }),
  keyProviders: named('id vault', () =>
    fc.record(
      {
        kind: fc.constant('software'),
        description: textOf(20),
        release: fc.record({
          tokenUses: fc.constantFrom(null, 3),
          requireWitnessedVerdict: fc.boolean(),
          purposes: fc.uniqueArray(word, { maxLength: 2 }),
        }),
      },
      { requiredKeys: ['kind'] },
    ),
  ),
  hosts: named('id h', () => fc.record({ displayName: textOf(20) }, { requiredKeys: [] })),
  tpmModels: named('model m', () =>
    fc.record({
      manufacturer: word,
      firmwareVersions: fc.uniqueArray(word, { maxLength: 2 }),
      biosVersions: fc.constant([]),
      asOf: fc.constant('2026-11-01T00:00:00.000Z'),
    }),
  ),
  approvals: fc.record({
    operations: fc.uniqueArray(fc.constantFrom('grantOperator', 'changePolicy', 'trustPrincipal', 'bindAccount')),
    lifetimeSeconds: fc.integer({ min: 60, max: 3600 }),
  }),
});

describe('whatever a site file says', { timeout: 120_000 }, () => {
  it('comes out of an authority that it was applied to, and makes another one of the same: export, apply, export', async () => {
    await fc.assert(
      fc.asyncProperty(anySite, async (said) => {
        const site = { site: 1, ...said };
        const first = await withAuthority(async (authority) => {
          const outcome = await apply(authority, site);
          expect(outcome.filter((each) => !each.includes(' done'))).toEqual([]);
          expect((await plan(authority, site)).filter(({ steps }) => steps.length > 0)).toEqual([]);
          const file = await exported(authority);
          expect((await plan(authority, file)).filter(({ steps }) => steps.length > 0)).toEqual([]);
          return file;
        });
        const second = await withAuthority(async (authority) => {
          await apply(authority, first);
          return exported(authority);
        });
        expect(second).toEqual(first);
      }),
      { numRuns: 3 },
    );
  });

  it('is there after as many starts as it takes, and nothing of it twice, when applying is killed again and again', async () => {
    const site = people({
      operators: [{ subject: 'nora', role: 'auditor' }],
      hosts: Array.from({ length: 20 }, (_, n) => ({ id: `h${String(n)}` })),
      policy: { evidenceMaxAgeSeconds: 7200 },
      keyProviders: [{ id: 'vault', kind: 'software', primaryKey: { create: 'first' } }],
      approvals: { operations: ['grantOperator'], lifetimeSeconds: 600 },
    });
    const types = async ({ opened }: HttpAuthority) =>
      (await eventsOf(opened.deps.store)).map(({ event, stream }) => `${stream} ${event.type}`).sort();
    const whole = await withAuthority(async (authority) => {
      await apply(authority, site);
      return types(authority);
    });
    await withAuthority(async (authority) => {
      for (let starts = 1; ; starts += 1) {
        let left = 7;
        // Done, and never told: the worst moment to die.
        const over =
          (transport: Transport): Transport =>
          (request) =>
            request.method === 'GET' || left-- > 0
              ? transport(request)
              : async () => {
                  if (left === -1) await transport(request)();
                  return E.left(unavailable('AuthorityUnreachable', 'killed'));
                };
        const outcome = await carried(authority, site, { over });
        if (E.isRight(outcome)) {
          expect(starts).toBeGreaterThan(3);
          break;
        }
      }
      expect((await plan(authority, site)).filter(({ steps }) => steps.length > 0)).toEqual([]);
      expect(await types(authority)).toEqual(whole);
    });
  });
});
