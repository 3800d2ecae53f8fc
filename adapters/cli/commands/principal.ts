import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { PrincipalAnswer, PrincipalsAnswer, type PrincipalView } from '../../http/codecs/principals.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { badInput } from '../failure.js';
import { readText } from '../input.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/principals';
const HEAD = ['name', 'issuer', 'who', 'tokens', 'state', 'until'];

const row =
  (paint: Paint) =>
  ({ name, issuer, holder, tokens, status, chain }: PrincipalView): ReadonlyArray<string> => [
    name,
    printable(issuer),
    `${holder.kind} ${printable(holder.name)}`,
    tokens === null ? 'not taken' : `for ${printable(tokens.audience)}`,
    status === 'trusted' ? status : paint.red(status),
    when(chain.notAfter),
  ];

const trust = (given: Online) => {
  const { issuer, user, group, audience, subjectClaim, groupsClaim } = given.options;
  if ((user === undefined) === (group === undefined))
    return TE.left(badInput('HolderMissing', 'give --user or --group'));
  const holder = user === undefined ? { kind: 'group', name: group } : { kind: 'user', name: user };
  const tokens = audience === undefined ? null : { audience, subjectClaim, groupsClaim };
  return pipe(
    readText(given.args[1] ?? ''),
    TE.flatMap((chain) =>
      sendCommand(given, {
        operation: 'trustPrincipal',
        method: 'POST',
        path: PATH,
        body: { name: given.args[0], issuer, holder, tokens, chain },
      }),
    ),
  );
};

const rotate = (given: Online) =>
  pipe(
    readText(given.args[1] ?? ''),
    TE.flatMap((chain) =>
      sendCommand(given, {
        operation: 'replacePrincipalCertificates',
        method: 'PUT',
        path: `${PATH}/${segment(given.args[0])}/certificates`,
        body: { chain, overlapSeconds: Number(given.options['overlap']) * 3600 },
      }),
    ),
  );

const show = (given: Online) =>
  showAnswer(
    given,
    {
      operation: 'showPrincipal',
      method: 'GET',
      path: `${PATH}/${segment(given.args[0])}`,
      query: { ...asOfQuery(given.options) },
    },
    PrincipalAnswer,
    (answer) =>
      [tableOf(given.paint, HEAD, [row(given.paint)(answer.principal)]), answer.chain.trimEnd(), asOfText(answer)].join(
        '\n',
      ),
  );

const HELP = `
Examples:
  $ sekisho principal trust vcenter-1 sts-chain.pem --issuer https://vc1.example/openidconnect/vsphere.local \\
      --user vpxd-extension@vsphere.local
  $ sekisho principal trust vcenter-1 sts-chain.pem --issuer ... --group WorkloadAdmins --audience sekisho
  $ sekisho principal rotate vcenter-1 new-chain.pem --overlap 24
  $ sekisho principal show vcenter-1 --json                   (all that another authority needs)`;

export const principalCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('principal')
    .description('parts of the workload side, by the certificates of their token issuers')
    .addHelpText('after', HELP);
  const trusting = group
    .command('trust <name> <chain>')
    .description('know a principal; chain: PEM, the signing certificate first')
    .requiredOption('--issuer <text>', 'what its tokens say as their issuer')
    .option('--user <name>', 'this user of it')
    .option('--group <name>', 'everybody in this group of it')
    .option('--audience <text>', 'let them in as workload administrators, with JWTs for this audience')
    .option('--subject-claim <name>', 'which claim tells users apart', 'sub')
    .option('--groups-claim <name>', 'which claim names their groups', 'group_names');
  online(cli, trusting, trust);
  const rotating = group
    .command('rotate <name> <chain>')
    .description('give it new certificates')
    .option('--overlap <hours>', 'how long those that it had count beside them', '0');
  online(cli, rotating, rotate);
  const removing = group
    .command('remove <name>')
    .description('know it no longer')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, removing, (given) =>
    sendCommand(given, {
      operation: 'removePrincipal',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  online(cli, withAsOf(group.command('show <name>')).description('one principal, with its certificates'), show);
  online(cli, withAsOf(group.command('list')).description('all of them, and until when they count'), (given) =>
    showAnswer(
      given,
      { operation: 'listPrincipals', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
      PrincipalsAnswer,
      (answer) => [tableOf(given.paint, HEAD, answer.principals.map(row(given.paint))), asOfText(answer)].join('\n'),
    ),
  );
};
