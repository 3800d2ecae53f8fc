import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { dataFolder } from '../authority/data-folder.js';
import { liveServer } from '../authority/server-file.js';
import { envOf } from '../config/settings.js';
import type { Operation } from '../http/permissions.js';
import { openAuthority } from '../main.js';
import type { Cli } from './action.js';
import { type AuthorityClient, makeClient } from './authority-client.js';
import type { AuthorityOptions } from './authority-options.js';
import { badInput, type CliFailure } from './failure.js';
import { readText } from './input.js';
import { overMutualTls } from './mutual-tls.js';
import { openFailure } from './open-failure.js';
import { passphraseOf } from './passphrase.js';
import { speakerOf } from './speaker.js';
import { inProcess, overNetwork, type Transport } from './transport.js';

type Use<A> = (client: AuthorityClient) => TE.TaskEither<CliFailure, A>;

const token = (cli: Cli, { tokenFile }: AuthorityOptions): TE.TaskEither<CliFailure, string | undefined> => {
  if (tokenFile !== undefined)
    return pipe(
      readText(tokenFile),
      TE.map((text) => text.trim()),
    );
  return TE.right(cli.terminal.env['SEKISHO_TOKEN']);
};

const withCertificate = <A>(
  { breakGlass }: AuthorityOptions,
  cert: string,
  key: string,
  url: string,
  use: Use<A>,
): TE.TaskEither<CliFailure, A> =>
  url.startsWith('https://')
    ? pipe(
        readText(cert),
        TE.bindTo('cert'),
        TE.bind('key', () => readText(key)),
        TE.flatMap((client) => use(makeClient(overMutualTls(url, client), () => TE.right(undefined), breakGlass))),
      )
    : TE.left(badInput('UrlInvalid', 'with a client certificate the address must begin with https://'));

const elsewhere = <A>(cli: Cli, options: AuthorityOptions, url: string, use: Use<A>): TE.TaskEither<CliFailure, A> => {
  const { clientCert: cert, clientKey: key } = options;
  if (cert !== undefined && key !== undefined) return withCertificate(options, cert, key, url, use);
  if (cert !== undefined || key !== undefined)
    return TE.left(badInput('CertificateIncomplete', 'give both --client-cert and --client-key, or neither'));
  return /^https?:\/\//.test(url)
    ? use(makeClient(overNetwork(url), () => token(cli, options), options.breakGlass))
    : TE.left(badInput('UrlInvalid', 'the address must begin with https:// or http://'));
};

/** Whom a command on this machine speaks as: a token that was given, or one of the folder. */
const here = (
  cli: Cli,
  options: AuthorityOptions,
  transport: Transport,
): ((operation: Operation) => TE.TaskEither<CliFailure, string | undefined>) => {
  const own = speakerOf(dataFolder(options.dir), options.as, transport);
  return options.tokenFile === undefined ? own : () => token(cli, options);
};

const useHere = <A>(
  cli: Cli,
  options: AuthorityOptions,
  transport: Transport,
  use: Use<A>,
): TE.TaskEither<CliFailure, A> => use(makeClient(transport, here(cli, options, transport), options.breakGlass));

/**
 * Gives the command its authority: one elsewhere (--url), the one serving from the data folder, or, when none serves,
 * one opened in this process. The same HTTP requests in every case.
 */
export const withAuthority = <A>(cli: Cli, options: AuthorityOptions, use: Use<A>): TE.TaskEither<CliFailure, A> => {
  if (options.url !== undefined) return elsewhere(cli, options, options.url, use);
  const live = liveServer(dataFolder(options.dir).server);
  if (live !== undefined) return useHere(cli, options, overNetwork(live.url), use);
  return TE.bracket(
    pipe(
      passphraseOf(options),
      TE.flatMap((passphrase) =>
        pipe(
          openAuthority({ dir: options.dir, passphrase, signer: cli.terminal.env[envOf('signer')] }),
          TE.mapLeft(openFailure(options.dir)),
        ),
      ),
    ),
    ({ app }) => useHere(cli, options, inProcess(app), use),
    ({ close }) => TE.fromTask(close),
  );
};
