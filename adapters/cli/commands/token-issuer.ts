import { InvalidArgumentError } from 'commander';
import type * as t from 'io-ts';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import { Scope, scopeText } from '../../../domain/access/scope.js';
import type { ScopedRoleRule } from '../../../domain/access/token-issuer.js';
import { TokenIssuersAnswer } from '../../http/codecs/token-issuers.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/token-issuers';
const ROLES = Object.keys(OperatorRole.keys).join(', ');

const parseRule = (text: string, before: ReadonlyArray<ScopedRoleRule> = []): ReadonlyArray<ScopedRoleRule> => {
  const [, claim, value, role, parts] = /^([^=]+)=(.+):([a-z-]+)(?:@([^@]+))?$/.exec(text) ?? [];
  const scope = parts?.split(',') ?? null;
  if (claim === undefined || value === undefined || !OperatorRole.is(role) || !Scope.is(scope))
    throw new InvalidArgumentError(
      `It must be CLAIM=VALUE:ROLE or CLAIM=VALUE:ROLE@PART,PART, the role one of ${ROLES}.`,
    );
  return [...before, { claim, value, role, scope }];
};

const body = ({ options }: Online): Readonly<Record<string, unknown>> => {
  const { issuer, audience, role = [], keysUrl, algorithm, subjectClaim, personClaim, skew } = options;
  const given = { keysUrl, algorithms: algorithm, subjectClaim, personClaim };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    issuer,
    audience,
    roles: role,
    ...Object.fromEntries(said),
    ...(skew === undefined ? {} : { skewSeconds: Number(skew) }),
  };
};

type Listed = t.TypeOf<typeof TokenIssuersAnswer>;

const listText = ({ paint }: Online, answer: Listed): string =>
  [
    tableOf(
      paint,
      ['name', 'issuer', 'audience', 'state', 'trusted by', 'since'],
      answer.tokenIssuers.map(({ name, issuer, audience, trusted, confirmedBy, removed }) => [
        name,
        issuer,
        printable(audience),
        removed !== null ? 'removed' : confirmedBy === null ? 'unconfirmed' : `confirmed by ${confirmedBy}`,
        trusted.by,
        when(trusted.time),
      ]),
    ),
    ...answer.tokenIssuers.flatMap(({ name, roles, removed }) =>
      removed !== null
        ? []
        : roles.map(
            ({ claim, value, role, scope }) =>
              `${name}: ${printable(claim)} ${printable(value)} is ${role}, for ${scopeText(scope)}`,
          ),
    ),
    ...(answer.identities.length === 0
      ? []
      : [
          tableOf(
            paint,
            ['came with a token', 'role', 'for', 'person', 'since'],
            answer.identities.map(({ subject, role, scope, person, introduced }) => [
              subject,
              role,
              scopeText(scope),
              printable(person),
              when(introduced.time),
            ]),
          ),
        ]),
    asOfText(answer),
  ].join('\n');

const HELP = `
Examples:
  $ sekisho token-issuer trust corp --issuer https://login.example --audience sekisho \\
      --role groups=sekisho-trust:trust-administrator --role groups=audit:auditor --as trust-admin-1
  $ sekisho token-issuer confirm corp --as trust-admin-2
  $ SEKISHO_TOKEN="$(get-my-token)" sekisho whoami --url https://sekisho.example

A claim is a top-level one, or a JSON pointer: --role /realm_access/roles=audit:auditor
A role may be limited to parts: --role groups=east:workload-administrator@cluster/east,host/esx-east-*`;

export const tokenIssuerCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('token-issuer')
    .description('whose tokens (OpenID Connect) let people in, and as what')
    .addHelpText('after', HELP);
  const trust = group
    .command('trust <name>')
    .description('let people in with tokens of this issuer; replaces what the name had')
    .requiredOption('--issuer <url>', 'what tokens say as iss; https')
    .requiredOption('--audience <text>', 'what tokens must say as aud')
    .option(
      '--role <claim=value:role>',
      'who has which role, and what it is limited to (role@part,part); may be given again, the first that fits counts',
      parseRule,
    )
    .option('--keys-url <url>', 'where its keys are; default: what its discovery document says')
    .option('--algorithm <names...>', 'signatures that count; default: ES256 PS256 RS256 Ed25519 EdDSA')
    .option('--subject-claim <name>', 'which claim tells users apart (default: sub)')
    .option(
      '--person-claim <name>',
      'which claim is the same for all accounts of one person (default: the subject claim)',
    )
    .option('--skew <seconds>', 'how far its clock may be from ours (default: 30)');
  online(cli, trust, (given) =>
    sendCommand(
      given,
      { operation: 'trustTokenIssuer', method: 'PUT', path: `${PATH}/${segment(given.args[0])}`, body: body(given) },
      'Until another person confirms it, none of its people counts as a second one.',
    ),
  );
  const confirm = group
    .command('confirm <name>')
    .description('say, as a second person, that this issuer tells people apart');
  online(cli, confirm, (given) =>
    sendCommand(given, {
      operation: 'confirmTokenIssuer',
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/confirm`,
      body: {},
    }),
  );
  const remove = group
    .command('remove <name>')
    .description('let nobody in with its tokens any more')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, remove, (given) =>
    sendCommand(given, {
      operation: 'removeTokenIssuer',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  online(
    cli,
    withAsOf(group.command('list')).description('whose tokens let people in, and who came with one'),
    (given) =>
      showAnswer(
        given,
        { operation: 'listTokenIssuers', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
        TokenIssuersAnswer,
        (answer) => listText(given, answer),
      ),
  );
};
