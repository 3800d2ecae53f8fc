import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseVerifierKey, type VerifierKey } from '../../../domain/transparency/verifier-key.js';
import { makePrivateFolder, readIfThere, writePrivate } from '../../access/private-files.js';
import type { Config } from '../../config/read-config.js';
import { type FollowError, type FollowedHosts, openFollower } from '../../consumer/open-follower.js';
import { entryEngines } from '../../crypto/engines.js';
import { followerServer } from '../../http/follower-server.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { configOf, withSettings } from '../config-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { kafkaSettingsOf } from '../kafka-settings.js';
import { tlsOf, untilAsked } from '../listening.js';

type Options = Readonly<Record<string, unknown>>;
type Settings = Config['settings'];

const KID = /^[0-9a-f]{16}$/;

const openFailure = (error: FollowError): CliFailure =>
  error._tag === 'FollowerStateForeign'
    ? badInput(
        error._tag,
        `${error.file} was made from another log, other topics or another version`,
        'Choose another --dir: the old one is not thrown away, since what it was made from may be gone from the brokers.',
      )
    : unavailable(error._tag, `${error.file} can not be used`);

interface Trusted {
  readonly authority: string;
  readonly key: VerifierKey;
}

const trusted = ({ authority, vkey }: Options): E.Either<CliFailure, Trusted> => {
  if (typeof authority !== 'string' || typeof vkey !== 'string') return E.left(badInput('Usage', 'give both'));
  if (!KID.test(authority)) return E.left(badInput('AuthorityInvalid', '--authority must be 16 hexadecimal digits'));
  return pipe(
    parseVerifierKey(entryEngines.hashing, vkey),
    E.mapLeft(({ field, rule }) => badInput('VkeyInvalid', `--vkey: ${field} ${rule}`)),
    E.filterOrElse(
      ({ name, type }) => type === 'ed25519' && name === `sekisho/${authority}`,
      () => badInput('VkeyInvalid', `--vkey must be the key of the log sekisho/${authority}`),
    ),
    E.map((key) => ({ authority, key })),
  );
};

/** Made once; whoever may read the folder may read the hosts. */
const tokenOf = (dir: string): TE.TaskEither<CliFailure, { readonly file: string; readonly token: string }> => {
  const file = join(dir, 'follower.token');
  return pipe(
    makePrivateFolder(dir),
    TE.flatMap(() => readIfThere(file)),
    TE.flatMap((kept) => {
      if (kept !== undefined) return TE.right({ file, token: kept.trim() });
      const token = randomBytes(32).toString('base64url');
      return pipe(writePrivate(file, `${token}\n`), TE.as({ file, token }));
    }),
    TE.mapLeft((fault) => unavailable(fault._tag, `${fault.file} ${fault.rule}`)),
  );
};

const listening = (
  cli: Cli,
  { host, port }: Settings,
  app: ReturnType<typeof followerServer>,
  tokenFile: string,
): TE.TaskEither<CliFailure, ExitCode> => {
  const asked = untilAsked();
  return pipe(
    TE.tryCatch(
      () => app.listen({ host, port }),
      () => unavailable('ListenFailed', `can not listen on ${host} port ${String(port)}`, 'Choose another --port.'),
    ),
    TE.flatMap((url) =>
      TE.fromTask(async () => {
        cli.terminal.out(`Follows on ${url}; the token for reading is in ${tokenFile}. End it with Ctrl+C.\n`);
        await asked;
        await app.close();
        return done;
      }),
    ),
  );
};

const following = (cli: Cli, settings: Settings, options: Options): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.Do,
    TE.bind('trust', () => TE.fromEither(trusted(options))),
    TE.bind('kafka', () =>
      pipe(
        kafkaSettingsOf(cli, settings),
        TE.flatMapEither(E.fromNullable(badInput('KafkaMissing', 'give --kafka BROKERS and --kafka-topic TOPIC'))),
      ),
    ),
    TE.bind('tls', () => {
      const { host, 'tls-cert': tlsCert, 'tls-key': tlsKey, 'allow-plaintext': allowPlaintext } = settings;
      return tlsOf({ host, allowPlaintext, ...(tlsCert && { tlsCert }), ...(tlsKey && { tlsKey }) });
    }),
    TE.bind('secret', () => tokenOf(settings.dir)),
    TE.flatMap(({ trust, kafka, tls, secret }) =>
      TE.bracket(
        pipe(openFollower({ dir: settings.dir, kafka, ...trust }), TE.mapLeft(openFailure)),
        (followed: FollowedHosts) => {
          const log = { level: settings['log-level'] };
          return listening(cli, settings, followerServer({ followed, token: secret.token, tls, log }), secret.file);
        },
        ({ close }) => TE.fromTask(close),
      ),
    ),
  );

const HELP = `
Nothing that the topic says is believed: every event must be chained, signed by a key that the authority introduced, and in a
tree that the log's key signed. What is forged is counted (GET /v1/follower) and never shown.

Example:
  $ sekisho follow --kafka broker-1:9092 --kafka-topic sekisho --dir ./followed --port 8760 \\
      --authority 3f2a9c0d51b7e846 --vkey "$(sekisho ledger vkey --dir ./authority)"
  $ curl -H "authorization: Bearer $(cat ./followed/follower.token)" http://127.0.0.1:8760/v1/hosts`;

/** Host trust for others, from Kafka alone: an example of what a consumer can be sure of. */
export const followCommand: AddCommand = (parent, cli) => {
  withSettings(parent.command('follow'))
    .description('keep and serve the trust of hosts from Kafka alone, verified')
    .requiredOption('--authority <kid>', 'key id of the authority that is believed')
    .requiredOption('--vkey <key>', "key of the log's checkpoints (sekisho ledger vkey)")
    .addHelpText('after', HELP)
    .action((options: Options) =>
      perform(
        cli,
        false,
        pipe(
          configOf(cli, options),
          TE.flatMap(({ settings }) => following(cli, settings, options)),
        ),
      ),
    );
};
