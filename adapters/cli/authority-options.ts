import type { Command } from 'commander';
import { givenValue } from './given-value.js';

/** How a command finds its authority and whom it speaks as. */
export interface AuthorityOptions {
  readonly dir: string;
  readonly url: string | undefined;
  readonly tokenFile: string | undefined;
  /** Both, or neither: to come with a client certificate instead of a token. */
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
  readonly as: string | undefined;
  /** Why a command is to be carried out by one person alone. */
  readonly breakGlass: string | undefined;
  readonly passphraseFile: string | undefined;
  readonly json: boolean;
}

export const DEFAULT_DIR = 'sekisho-data';

export const withJson = (command: Command): Command => command.option('--json', 'answer as JSON, for programs', false);

/** `--dir` for the authority of this machine, `--url` for one elsewhere: the same requests either way. */
export const withAuthorityOptions = (command: Command): Command =>
  withJson(command)
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`, givenValue)
    .option('--url <url>', 'address of a running authority elsewhere (SEKISHO_URL)', givenValue)
    .option('--token-file <file>', 'file with your token, for --url (or SEKISHO_TOKEN)', givenValue)
    .option('--client-cert <file>', 'your certificate (PEM), for --url, instead of a token', givenValue)
    .option('--client-key <file>', 'its key (PEM)', givenValue)
    .option(
      '--break-glass <reason>',
      'in an emergency: do alone what needs two people; loud, and reviewed afterwards',
      givenValue,
    )
    .option('--as <subject>', 'which operator of the data folder speaks', givenValue)
    .option(
      '--passphrase-file <file>',
      'file with the passphrase of the data folder, if init was given one',
      givenValue,
    );

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export const authorityOptionsOf = (
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): AuthorityOptions => {
  const dir = text(options['dir']);
  return {
    dir: dir ?? text(env['SEKISHO_DIR']) ?? DEFAULT_DIR,
    url: text(options['url']) ?? (dir === undefined ? text(env['SEKISHO_URL']) : undefined),
    tokenFile: text(options['tokenFile']),
    clientCert: text(options['clientCert']),
    clientKey: text(options['clientKey']),
    as: text(options['as']),
    breakGlass: text(options['breakGlass']),
    passphraseFile: text(options['passphraseFile']),
    json: options['json'] === true,
  };
};
