import { writeFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyChange } from '../../domain/ledger/authority.js';
import { KeyRequest, type SignedKeyChange } from '../../domain/ledger/key-request.js';
import { signKeyRequest } from '../../domain/ledger/sign-key-request.js';
import type { EventSigner } from '../../domain/ports.js';
import { dataFolder } from '../authority/data-folder.js';
import { entryEngines } from '../crypto/engines.js';
import { Recorded } from '../http/codecs/answers.js';
import { SigningKeysAnswer } from '../http/routes/signing-keys.js';
import { bringInLine } from '../key-store/change-keys.js';
import { type KeyStore, openKeyStore } from '../key-store/key-store.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import { done } from './action.js';
import type { AuthorityClient } from './authority-client.js';
import { badInput, type CliFailure, type ExitCode, refused, unavailable } from './failure.js';
import { readText } from './input.js';
import type { Online } from './online.js';
import { openFailure } from './open-failure.js';

/** A key file and what opens it. */
export interface KeyPlace {
  readonly file: string;
  readonly passphrase: string;
}

export const orFailure = <A>(work: TE.TaskEither<KeyStoreError, A>): TE.TaskEither<CliFailure, A> =>
  pipe(work, TE.mapLeft(openFailure('')));

export const passphraseIn = (file: string): TE.TaskEither<CliFailure, string> =>
  pipe(
    readText(file),
    TE.map((text) => text.replace(/\r?\n$/, '')),
  );

export const keysOf = (client: AuthorityClient): TE.TaskEither<CliFailure, SigningKeysAnswer> =>
  pipe(
    client.call({ operation: 'listSigningKeys', method: 'GET', path: '/v1/signing-keys' }, SigningKeysAnswer),
    TE.map(({ body }) => body),
  );

/** Where the authority key is: a file that was named, else the data folder's own. */
export const authorityPlace = (
  options: Readonly<Record<string, unknown>>,
  own: KeyPlace,
): TE.TaskEither<CliFailure, KeyPlace> => {
  const [file, secret] = [options['authorityKey'], options['authorityPassphraseFile']];
  if (typeof file !== 'string') return TE.right(own);
  return typeof secret === 'string'
    ? pipe(
        passphraseIn(secret),
        TE.map((passphrase) => ({ file, passphrase })),
      )
    : TE.left(badInput('PassphraseMissing', '--authority-key needs --authority-passphrase-file FILE'));
};

const OFFLINE =
  'It is kept elsewhere: give --authority-key FILE, or --request-out FILE and have it signed with sekisho signing-key sign-request.';

/** The signer that a request asks for. */
export const signerFor = (place: KeyPlace, kid: string): TE.TaskEither<CliFailure, EventSigner> =>
  pipe(
    orFailure(openKeyStore(place.file, place.passphrase)),
    TE.flatMap((store: KeyStore) => {
      const signer = store.signerOf(kid);
      return signer === undefined
        ? TE.left(unavailable('KeyNotHeld', `the authority key ${kid} is not in ${place.file}`, OFFLINE))
        : TE.right(signer);
    }),
  );

export const signRequest = (place: KeyPlace, request: KeyRequest): TE.TaskEither<CliFailure, SignedKeyChange> =>
  pipe(
    signerFor(place, request.signer),
    TE.flatMap((signer) =>
      pipe(
        signKeyRequest({ ...entryEngines, signer })(request),
        TE.mapLeft(({ _tag }) => refused(_tag, 'the request can not be signed')),
      ),
    ),
  );

const send = (client: AuthorityClient, body: SignedKeyChange): TE.TaskEither<CliFailure, Recorded> =>
  pipe(
    client.call({ operation: 'applyKeyChange', method: 'POST', path: '/v1/signing-keys/changes', body }, Recorded),
    TE.map((reply) => reply.body),
  );

const tidy = (client: AuthorityClient, place: KeyPlace): TE.TaskEither<CliFailure, void> =>
  pipe(
    keysOf(client),
    TE.flatMap((answer) => {
      const known = new Map(answer.keys.map((key) => [key.kid, key]));
      return orFailure(
        bringInLine(place, {
          introduced: (kid) => known.has(kid),
          ended: (kid) => (known.get(kid)?.until ?? null) !== null,
        }),
      );
    }),
  );

/** Sends what was signed, and brings the key files of this machine in line. */
export const applySigned = (
  { client, json, print }: Online,
  places: ReadonlyArray<KeyPlace>,
  signed: SignedKeyChange,
  then: ReadonlyArray<string>,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    send(client, signed),
    TE.tap(() =>
      pipe(
        places,
        TE.traverseSeqArray((place) => tidy(client, place)),
      ),
    ),
    TE.map((recorded) => {
      const lines = recorded.events.map(({ index, type }) => `Recorded ${type} as entry ${String(index)}.`);
      print(json ? JSON.stringify(recorded) : [...lines, ...then].join('\n'));
      return done;
    }),
  );

const writeRequest = (online: Online, file: string, request: KeyRequest): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.tryCatch(
      () => writeFile(file, `${JSON.stringify(request, undefined, 2)}\n`, { flag: 'wx' }),
      () => badInput('FileUnwritable', `${file} can not be written, or is there already`),
    ),
    TE.map(() => {
      const steps = [
        `The request is in ${file}; nothing changed yet. Carry it to where authority key ${request.signer} is:`,
        `  sekisho signing-key sign-request ${file} --authority-key KEYFILE --authority-passphrase-file FILE --out signed.json`,
        'and bring the answer back:',
        '  sekisho signing-key apply signed.json --dir DIR',
      ];
      online.print(online.json ? JSON.stringify({ request: file }) : steps.join('\n'));
      return done;
    }),
  );

/** Has changes decided, signed and recorded; or, with --request-out, written down for the authority key to sign elsewhere. */
export const submitChanges = (
  online: Online,
  own: KeyPlace,
  changes: ReadonlyArray<KeyChange>,
  then: ReadonlyArray<string> = [],
): TE.TaskEither<CliFailure, ExitCode> => {
  const out = online.options['requestOut'];
  const call = {
    operation: 'requestKeyChange',
    method: 'POST',
    path: '/v1/signing-keys/requests',
    body: { changes },
  } as const;
  return pipe(
    online.client.call(call, KeyRequest),
    TE.flatMap(({ body: request }) =>
      typeof out === 'string'
        ? writeRequest(online, out, request)
        : pipe(
            authorityPlace(online.options, own),
            TE.bindTo('place'),
            TE.bind('signed', ({ place }) => signRequest(place, request)),
            TE.flatMap(({ place, signed }) =>
              applySigned(online, place.file === own.file ? [own] : [own, place], signed, then),
            ),
          ),
    ),
  );
};

export const ownPlace = (dir: string, passphrase: string | undefined): E.Either<CliFailure, KeyPlace> =>
  passphrase === undefined
    ? E.left(badInput('PassphraseMissing', 'this needs the passphrase of the keys', 'Give --passphrase-file FILE.'))
    : E.right({ file: dataFolder(dir).keys, passphrase });
