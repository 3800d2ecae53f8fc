import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Approvable } from '../../http/approvable.js';
import { type Approval, ApprovalAnswer, ApprovalsAnswer } from '../../http/codecs/approvals.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { badInput } from '../failure.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { tableOf, when } from '../terminal.js';

const PATH = '/v1/approvals';
const NAMES = Object.keys(Approvable.keys);

const row = ({ id, status, summary, requested, answered, expires }: Approval): ReadonlyArray<string> => [
  id,
  status,
  summary,
  requested.by,
  answered?.by ?? '',
  when(expires),
];

const show = (given: Online) =>
  showAnswer(
    given,
    {
      operation: 'showApproval',
      method: 'GET',
      path: `${PATH}/${segment(given.args[0])}`,
      query: { ...asOfQuery(given.options) },
    },
    ApprovalAnswer,
    ({ approval, request, ...answer }) =>
      [
        tableOf(given.paint, ['id', 'status', 'what', 'asked by', 'answered by', 'expires'], [row(approval)]),
        `The request, digest ${approval.digest}:`,
        JSON.stringify(request, null, 2),
        asOfText(answer),
      ].join('\n'),
  );

const list = (given: Online) =>
  showAnswer(
    given,
    { operation: 'listApprovals', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
    ApprovalsAnswer,
    (answer) =>
      [
        `Need a second person: ${answer.policy.operations.join(', ') || 'nothing but base images'}.`,
        `May act alone in an emergency: ${answer.policy.breakGlass.join(', ') || 'nobody'}.`,
        tableOf(given.paint, ['id', 'status', 'what', 'asked by', 'answered by', 'expires'], answer.approvals.map(row)),
        asOfText(answer),
      ].join('\n'),
  );

/** Approves what is read in this moment, or what the digest names. */
const approve = (given: Online) => {
  const path = `${PATH}/${segment(given.args[0])}`;
  const named = given.options['digest'];
  const digest =
    typeof named === 'string'
      ? TE.right(named)
      : pipe(
          given.client.call({ operation: 'showApproval', method: 'GET', path }, ApprovalAnswer),
          TE.map(({ body }) => body.approval.digest),
        );
  return pipe(
    digest,
    TE.flatMap((text) =>
      sendCommand(
        given,
        { operation: 'giveApproval', method: 'POST', path: `${path}/approve`, body: { digest: text } },
        'Whoever asked sends the same command again now.',
      ),
    ),
  );
};

const require = (given: Online) => {
  const wrong = given.args.find((name) => !Approvable.is(name));
  if (wrong !== undefined) return TE.left(badInput('OperationUnknown', `${wrong} is none of ${NAMES.join(', ')}`));
  const lifetimeSeconds = Number(given.options['hours']) * 3600;
  return sendCommand(given, {
    operation: 'changeApprovalPolicy',
    method: 'PUT',
    path: '/v1/approval-policy',
    body: { operations: given.args, lifetimeSeconds, breakGlass: given.options['breakGlassFor'] ?? [] },
  });
};

const HELP = `
Examples:
  $ sekisho approval require grantOperator changePolicy trustTpmCa releaseHost --as trust-admin-1
  $ sekisho tpm-ca trust infineon root.pem --as trust-admin-1      (waits for a second person; says the id)
  $ sekisho approval show ID
  $ sekisho approval approve ID --as trust-admin-2
  $ sekisho tpm-ca trust infineon root.pem --as trust-admin-1      (done)`;

export const approvalCommand: AddCommand = (parent, cli) => {
  const group = parent.command('approval').description('what needs a second person').addHelpText('after', HELP);
  online(cli, withAsOf(group.command('list')).description('what needs a second person, and what waits for one'), list);
  online(
    cli,
    withAsOf(group.command('show <id>')).description('one request, with everything that would be done'),
    show,
  );
  const giving = group
    .command('approve <id>')
    .description('approve what another person asked for')
    .option('--digest <sha256>', 'only if the request is still the one of this digest');
  online(cli, giving, approve);
  const rejecting = group
    .command('reject <id>')
    .description('reject what was asked for, or take it back')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, rejecting, (given) =>
    sendCommand(given, {
      operation: 'rejectApproval',
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/reject`,
      body: { reason: given.options['reason'] },
    }),
  );
  const requiring = group
    .command('require [operations...]')
    .description(`which operations need a second person from now on: any of ${NAMES.join(', ')}`)
    .option('--hours <n>', 'how long an approval may wait and then count', '24')
    .option(
      '--break-glass-for <subjects...>',
      'who may do alone what needs two people, in an emergency; takes two to say',
    );
  online(cli, requiring, require);
};
