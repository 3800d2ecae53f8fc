import { Argument, type Command } from 'commander';
import type { Suspect } from '../../../domain/replay/suspect.js';
import { type BlastRadiusAnswer, BlastRadiusAnswer as Codec } from '../../http/codecs/consequences.js';
import type { AddCommand } from '../action.js';
import { instant } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const KINDS = ['base-image', 'tpm-ca', 'tpm-maker', 'endorsement-key', 'host', 'operator', 'signing-key'] as const;

const suspectOf = (kind: string, name: string, model: unknown): Suspect | { readonly kind: string } => {
  switch (kind as (typeof KINDS)[number]) {
    case 'base-image':
      return { kind: 'base-image', version: name };
    case 'tpm-ca':
      return { kind: 'tpm-ca', name };
    case 'tpm-maker':
      return { kind: 'tpm-maker', manufacturer: name, ...(typeof model === 'string' ? { model } : {}) };
    case 'endorsement-key':
      return { kind: 'endorsement-key', publicKeyDigest: name };
    case 'host':
      return { kind: 'host', host: name };
    case 'operator':
      return { kind: 'operator', subject: name };
    case 'signing-key':
      return { kind: 'signing-key', kid: name };
  }
};

const MOST_SHOWN = 40;

const more = (count: number): ReadonlyArray<string> =>
  count > MOST_SHOWN ? [`... and ${String(count - MOST_SHOWN)} more: --json has the first thousand.`] : [];

const section = (
  { paint }: Online,
  title: string,
  count: number,
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): ReadonlyArray<string> =>
  count === 0 ? [] : [paint.bold(title), tableOf(paint, head, rows.slice(0, MOST_SHOWN)), ...more(count), ''];

const textOf = (given: Online, { verdicts, deliveries, acts, hosts, keys }: BlastRadiusAnswer): string =>
  [
    ...section(
      given,
      'Affirming verdicts that leaned on it',
      verdicts.count,
      ['entry', 'recorded', 'host', 'how'],
      verdicts.first.map(({ index, at, host, leanings }) => [
        String(index),
        when(at),
        printable(host),
        leanings.join(', '),
      ]),
    ),
    ...section(
      given,
      'Keys delivered on them',
      deliveries.count,
      ['entry', 'recorded', 'host', 'key', 'provider', 'on verdict'],
      deliveries.first.map(({ index, at, host, key, provider, verdict }) => [
        String(index),
        when(at),
        printable(host),
        key,
        printable(provider),
        `entry ${String(verdict.index)}`,
      ]),
    ),
    ...section(
      given,
      'What it did or signed',
      acts.count,
      ['entry', 'recorded', 'stream', 'what'],
      acts.first.map(({ index, at, stream, type }) => [String(index), when(at), stream, type]),
    ),
    `${String(verdicts.count)} verdicts on ${String(hosts.length)} hosts, ${String(deliveries.count)} deliveries of ${String(keys.length)} keys.`,
  ].join('\n');

export const withPeriod = (command: Command): Command =>
  command
    .option('--from <instant>', 'only what was recorded at or after', instant)
    .option('--to <instant>', 'only what was recorded at or before', instant);

const HELP = `
What each kind is named by: base-image VERSION, tpm-ca NAME, tpm-maker IFX (or id:49465800; --model for one model),
endorsement-key DIGEST, host ID, operator SUBJECT, signing-key KID.

A verdict leans on an operator who proposed or approved its image, trusted its CA, listed its endorsement key, set its policy,
enrolled the host or released it from quarantine: as far as that was so at the revision that the verdict names.

Examples:
  $ sekisho blast-radius base-image esxi-8.0.3 --from 2026-10-01
  $ sekisho blast-radius tpm-maker IFX --json
  $ sekisho blast-radius operator trust-admin-2 --to 2026-11-17`;

export const blastRadiusCommand: AddCommand = (parent, cli) => {
  const command = withPeriod(parent.command('blast-radius'))
    .description('what leaned on something that turned out to be bad: verdicts, hosts, delivered keys')
    .addArgument(new Argument('<kind>', 'what it is').choices(KINDS))
    .argument('<name>', 'which one')
    .option('--model <text>', 'of a tpm-maker: only this model')
    .addHelpText('after', HELP);
  online(cli, command, (given) => {
    const [kind = '', name = ''] = given.args;
    const { from, to, model } = given.options;
    const body = { suspect: suspectOf(kind, name, model), from, to };
    const call = { operation: 'blastRadius', method: 'POST', path: '/v1/blast-radius', body } as const;
    return showAnswer(given, call, Codec, (answer) => textOf(given, answer));
  });
};
