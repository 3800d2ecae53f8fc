import { type Command, Option } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { AdviceAnswer, GuardAnswer } from '../../http/codecs/guard.js';
import { type AddCommand, type Cli, done } from '../action.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { adviceText, answerText } from '../guard-text.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { showAnswer } from '../show-answer.js';
import { addGuardRecords } from './guard-records.js';

/** Exit code 1 for a no: a script stops there. */
const asked = (given: Online, question: Readonly<Record<string, unknown>>): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.client.call(
      { operation: 'askGuard', method: 'POST', path: '/v1/guard/ask', body: { question } },
      GuardAnswer,
    ),
    TE.map(({ body }) => {
      given.print(given.json ? JSON.stringify(body) : answerText(given.paint, body));
      return body.allowed ? done : EXIT.negative;
    }),
  );

const yesOrNo = (flags: string, text: string): Option => new Option(flags, text).choices(['yes', 'no']);

const withWorkload = (command: Command): Command =>
  command
    .requiredOption('--workload <id>', 'its name, for the record')
    .addOption(yesOrNo('--encrypted <yes|no>', 'whether it is encrypted; unsaid: yes'))
    .addOption(yesOrNo('--vtpm <yes|no>', 'whether it has a virtual TPM; unsaid: yes'))
    .addOption(new Option('--firmware <kind>', 'efi, or what is refused').choices(['efi', 'bios']))
    .addOption(yesOrNo('--secure-boot <yes|no>', 'whether it boots with Secure Boot; unsaid: it counts as off'))
    .option('--key-provider <id>', 'whose key it needs: may the host that it comes to have it?');

/** What was not said stays unsaid: the authority takes it for the case that it refuses. */
const workloadOf = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const flag = (name: string): boolean | undefined =>
    options[name] === undefined ? undefined : options[name] === 'yes';
  const { workload: id, firmware, keyProvider } = options;
  return {
    id,
    encrypted: flag('encrypted'),
    vtpm: flag('vtpm'),
    firmware,
    secureBoot: flag('secureBoot'),
    keyProvider,
  };
};

const example = (line: string): string => `\nExample:\n  $ ${line}\n\nExit code 1: it may not.`;
const FORM = '--workload vm-42 --encrypted yes --vtpm yes --firmware efi --secure-boot yes';

const start = (group: Command, cli: Cli): void => {
  const command = withWorkload(group.command('start <host>'))
    .description('may a workload start on this host?')
    .addHelpText('after', example(`sekisho guard start esx-01 ${FORM}`));
  online(cli, command, (given) =>
    asked(given, { ask: 'start', host: given.args[0], workload: workloadOf(given.options) }),
  );
};

const between = (group: Command, cli: Cli, ask: 'move' | 'clone' | 'replicate', description: string): void => {
  const command = withWorkload(group.command(`${ask} <from> <to>`))
    .description(description)
    .addHelpText('after', example(`sekisho guard ${ask} esx-01 esx-02 ${FORM}`));
  online(cli, command, (given) => {
    const [from, to] = given.args;
    return asked(given, { ask, from, to, workload: workloadOf(given.options) });
  });
};

const CLUSTER = ['--cluster <cluster>', 'the cluster that it happens in'] as const;

const restart = (group: Command, cli: Cli): void => {
  const command = withWorkload(group.command('restart <failed> <to>'))
    .description('may a workload come up again on another host of the cluster?')
    .requiredOption(...CLUSTER)
    .addHelpText('after', example(`sekisho guard restart esx-01 esx-02 --cluster east-1 ${FORM}`));
  online(cli, command, (given) => {
    const [from, to] = given.args;
    const { cluster } = given.options;
    return asked(given, { ask: 'restart', cluster, from, to, workload: workloadOf(given.options) });
  });
};

const storage = (group: Command, cli: Cli): void => {
  const command = group
    .command('storage <host>')
    .description("may this host reach the storage that the cluster's hosts share?")
    .requiredOption(...CLUSTER)
    .addHelpText('after', example('sekisho guard storage esx-01 --cluster east-1'));
  online(cli, command, (given) =>
    asked(given, { ask: 'storage', cluster: given.options['cluster'], host: given.args[0] }),
  );
};

const advice = (group: Command, cli: Cli): void => {
  const command = group
    .command('advice <host>')
    .description('what shall become of the workloads that run on a host')
    .addHelpText('after', '\nExample:\n  $ sekisho guard advice esx-01');
  online(cli, command, (given) => {
    const path = `/v1/guard/hosts/${segment(given.args[0])}/advice`;
    return showAnswer(given, { operation: 'adviseOnHost', method: 'GET', path }, AdviceAnswer, (answer) =>
      adviceText(given.paint, answer),
    );
  });
};

export const guardCommand: AddCommand = (parent, cli) => {
  const group = parent.command('guard').description('workloads: where they may start, move to, and come up again');
  start(group, cli);
  between(group, cli, 'move', 'may a workload go from one host to another while it runs?');
  between(group, cli, 'clone', 'may a workload be copied from one host to another?');
  between(group, cli, 'replicate', "may a workload's data be copied by one host to another?");
  restart(group, cli);
  storage(group, cli);
  advice(group, cli);
  addGuardRecords(group, cli);
};
