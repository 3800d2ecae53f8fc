import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64Url } from '../../../domain/encoding/base64url.js';
import { decode } from '../../../domain/encoding/explain.js';
import type { TokenClaims } from '../../../domain/token/claims.js';
import { expiryOf } from '../../../domain/token/make-claims.js';
import { KeySet } from '../../http/codecs/keys.js';
import { makeTokenEngine, type TokenKey } from '../../tokens/token-engine.js';
import { type AddCommand, done } from '../action.js';
import { type CliFailure, refused, unavailable } from '../failure.js';
import { readText } from '../input.js';
import { online } from '../online.js';
import { renewToken } from '../renew-token.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';
import { hoursOf } from '../token-hours.js';

const Jwk = t.type({ kid: t.string, x: t.string });

const keysOf = ({ keys }: typeof KeySet._A): E.Either<CliFailure, ReadonlyArray<TokenKey>> =>
  pipe(
    keys,
    E.traverseArray((key) =>
      pipe(
        decode(Jwk)(key),
        E.map(({ kid, x }) => ({ kid, publicKey: fromBase64Url(x) ?? new Uint8Array() })),
      ),
    ),
    E.mapLeft(() => unavailable('AnswerMalformed', 'the key set is not one of a Sekisho authority')),
  );

/** Shows tokens; signs none. */
const NO_SIGNER = { kid: '', sign: () => TE.left({ _tag: 'SignerUnavailable' as const, detail: 'none' }) };

const claimsOf = (keys: ReadonlyArray<TokenKey>, token: string): TE.TaskEither<CliFailure, TokenClaims> =>
  pipe(
    makeTokenEngine(
      '',
      () => NO_SIGNER,
      () => keys,
    ).open(token.trim()),
    TE.mapLeft(() => refused('TokenForged', 'this is no token of this authority, or it was changed')),
  );

const textOf = (paint: Paint, claims: TokenClaims): string =>
  tableOf(
    paint,
    [`${claims.sekisho.use} token`, ''],
    [
      ['of host', printable(claims.sub)],
      ['issued by', printable(claims.iss)],
      ['for', printable(claims.aud)],
      ['counts until', when(expiryOf(claims))],
      ['verdict', `entry ${String(claims.sekisho.index)}, revision ${String(claims.sekisho.revision)}`],
      ['id', printable(claims.jti)],
      ['wrapping key', claims.cnf === undefined ? 'none' : printable(claims.cnf.jwk.x)],
    ],
  );

const RENEW_HELP = `
Example:
  $ sekisho token renew --out me.token --url https://authority:8750 --token-file me.token`;

export const tokenCommand: AddCommand = (parent, cli) => {
  const group = parent.command('token').description('your own token, and tokens that attestations come with');
  const renew = group
    .command('renew')
    .description('make yourself another token, which nobody else knows: not who granted your role, not the authority')
    .requiredOption('--out <file>', 'where the new token goes; the file with the one before may be it')
    .option('--token-hours <hours>', 'how long it opens your role; never longer than the one before', hoursOf)
    .addHelpText('after', RENEW_HELP);
  online(cli, renew, renewToken);
  const show = group
    .command('show <file>')
    .description('what a token says, if this authority signed it; not whether it still counts')
    .addHelpText('after', '\nExample:\n  $ sekisho token show token.jwt --url https://authority:8750');
  online(cli, show, ({ client, args, json, paint, print }) =>
    pipe(
      readText(args[0] ?? ''),
      TE.bindTo('token'),
      TE.bind('set', () =>
        client.call({ operation: 'showKeySet', method: 'GET', path: '/.well-known/jwks.json' }, KeySet),
      ),
      TE.bind('keys', ({ set }) => TE.fromEither(keysOf(set.body))),
      TE.flatMap(({ token, keys }) => claimsOf(keys, token)),
      TE.map((claims) => {
        print(json ? JSON.stringify(claims) : textOf(paint, claims));
        return done;
      }),
    ),
  );
};
