import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { ListUpTo } from '../../../domain/encoding/primitives.js';
import { KeyChange } from '../../../domain/ledger/authority.js';
import { applyKeyChange, type ChangeRefusal, requestKeyChange } from '../../../domain/ledger/change-keys.js';
import { KeyRequest, SignedKeyChange } from '../../../domain/ledger/key-request.js';
import { AUTHORITY_STREAM, foundingKid, type SigningKey } from '../../../domain/ledger/keyring.js';
import { originOf } from '../../../domain/transparency/origin.js';
import { formatVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { type Api, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Recorded } from '../codecs/answers.js';
import { LogKeysAnswer } from '../codecs/log-keys.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { doubtRoute } from './doubts.js';
import { handOverRoute, holdersRoute } from './key-holders.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

export const SigningKeysAnswer = t.type(
  {
    asOf: t.type({ index: t.number, time: orNull(t.string) }),
    /** The founding authority key: what to pin. */
    authority: t.string,
    keys: t.readonlyArray(
      t.type({
        kid: t.string,
        purpose: t.string,
        node: orNull(t.string),
        publicKey: t.string,
        replaces: orNull(t.string),
        from: t.number,
        until: orNull(t.number),
        compromised: orNull(t.type({ since: t.string, reason: t.string, declared: t.number })),
        /** Whether this process signs with it now. */
        signsHere: t.boolean,
      }),
    ),
  },
  'SigningKeysAnswer',
);
export type SigningKeysAnswer = t.TypeOf<typeof SigningKeysAnswer>;

const viewOf = ({ live }: Api): ((key: SigningKey) => SigningKeysAnswer['keys'][number]) => {
  const signing = [live.signer().kid, ...live.logSigners().map(({ publicKey }) => toBase64(publicKey))];
  return ({ kid, purpose, node, publicKey, replaces, from, until, compromised }) => {
    const text = toBase64(publicKey);
    const signsHere = signing.includes(kid) || signing.includes(text);
    return { kid, purpose, node, publicKey: text, replaces, from, until, compromised, signsHere };
  };
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/signing-keys',
    operation: 'listSigningKeys',
    summary: 'Every key that the authority ever introduced, and from where to where in the ledger it counts.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: SigningKeysAnswer,
    handle: () =>
      pipe(
        moment(api, {}),
        TE.map((at) => {
          const keyring = api.live.keyring();
          const keys = [...keyring.values()].map(viewOf(api));
          return { body: { asOf: asOf(at), authority: foundingKid(keyring) ?? '', keys } };
        }),
      ),
  });

const request = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/signing-keys/requests',
    operation: 'requestKeyChange',
    summary: 'Decides changes of keys as far as it goes without the authority key, which has to sign the answer.',
    params: Nothing,
    query: Nothing,
    body: closed({ changes: ListUpTo(KeyChange, 16) }, 'RequestKeyChange'),
    answer: KeyRequest,
    handle: (asked) =>
      pipe(
        requestKeyChange(api.deps)({ ...requestOf(asked), changes: asked.body.changes }),
        TE.mapLeft((fault): ApiError => fault),
        TE.map((body) => ({ body })),
      ),
  });

/** A key file that can't be read any more must not be guessed around: what builds on the new key stops. */
const takenUp = ({ live }: Api): TE.TaskEither<ChangeRefusal, void> =>
  pipe(
    live.refresh,
    TE.mapLeft((fault) => ({ _tag: 'KeysNotTakenUp', detail: fault._tag })),
  );

const apply = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/signing-keys/changes',
    operation: 'applyKeyChange',
    summary: 'Records changes of keys that the authority key signed, and takes them up.',
    params: Nothing,
    query: Nothing,
    body: SignedKeyChange,
    answer: Recorded,
    handle: ({ body }) =>
      pipe(
        applyKeyChange(api.deps, takenUp(api))(body),
        TE.mapLeft((fault): ApiError => fault),
        TE.map(({ events, revision }) => ({
          body: {
            index: events.at(-1)?.index ?? null,
            stream: AUTHORITY_STREAM,
            revision,
            events: events.map(({ index, event }) => ({ index, type: event.type })),
          },
        })),
      ),
  });

const logKeys = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/log/keys',
    operation: 'logKeys',
    summary: 'Every key that ever signed checkpoints of the log, oldest first, and those that sign now.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: LogKeysAnswer,
    handle: () => {
      const keys = api.live.logKeys();
      const signing = api.live.logSigners().map(({ publicKey }) => toBase64(publicKey));
      return TE.right({
        body: {
          origin: originOf(foundingKid(api.live.keyring()) ?? ''),
          vkeys: keys.map(formatVerifierKey),
          signing: keys.filter(({ publicKey }) => signing.includes(toBase64(publicKey))).map(formatVerifierKey),
        },
      });
    },
  });

export const signingKeyRoutes = (api: Api): ReadonlyArray<Route> => [
  list(api),
  doubtRoute(api),
  request(api),
  apply(api),
  logKeys(api),
  holdersRoute(api),
  handOverRoute(api),
];
