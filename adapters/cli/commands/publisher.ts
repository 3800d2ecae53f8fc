import { PublisherAnswer } from '../../http/routes/publisher.js';
import type { AddCommand } from '../action.js';
import { online } from '../online.js';
import { showAnswer } from '../show-answer.js';
import { type Paint, printable } from '../terminal.js';

const lagText = ({ lagEvents, lagSeconds }: PublisherAnswer): string =>
  lagEvents === 0
    ? 'Kafka holds every event of the ledger.'
    : `${String(lagEvents)} events behind, the oldest for ${lagSeconds.toFixed(1)} s.`;

const textOf = (paint: Paint, status: PublisherAnswer): string => {
  if (status.state === 'off')
    return 'This authority publishes nothing. sekisho serve --kafka BROKERS --kafka-topic TOPIC';
  const { fault, warnings, checkpoint, published, failures } = status;
  const paintState = status.state === 'publishing' ? paint.green : paint.yellow;
  return [
    `${paintState(status.state)}: ${lagText(status)}`,
    `Published: ${String(published)} events, checkpoint of size ${checkpoint === null ? '-' : String(checkpoint)}; failed ${String(failures)} times.`,
    ...(fault === null ? [] : [paint.red(`Last fault: ${printable(fault.text)}`)]),
    ...warnings.map((warning) => paint.yellow(`Warning: ${printable(warning)}`)),
  ].join('\n');
};

const HELP = `
States: connecting, publishing, waiting (the brokers don't answer; it tries again), standing-by (another node publishes),
halted (the ledger is damaged), off. A dead broker never holds up the authority: what it missed is sent when it is back.

Example:
  $ sekisho publisher status --dir ./authority`;

/** How the copy in Kafka is doing. */
export const publisherCommand: AddCommand = (parent, cli) => {
  const group = parent.command('publisher').description('how the copy of the ledger in Kafka is doing');
  const status = group
    .command('status')
    .description('whether events reach Kafka, and how far it is behind')
    .addHelpText('after', HELP);
  online(cli, status, (given) =>
    showAnswer(given, { operation: 'showPublisher', method: 'GET', path: '/v1/publisher' }, PublisherAnswer, (answer) =>
      textOf(given.paint, answer),
    ),
  );
};
