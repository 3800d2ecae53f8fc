import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64, toHex } from '../../domain/encoding/bytes.js';
import type { AgentError } from './agent-error.js';
import { type AgentState, readState, writeState } from './agent-state.js';
import { type AttestationKeyFiles, createAttestationKey, loadAttestationKey } from './attestation-key.js';
import type { Attester } from './attester.js';
import { readEndorsement } from './endorsement-key.js';
import { readCapped } from './private-files.js';
import type { TpmSession } from './tpm-session.js';

/** Makes an AK and keeps it; whatever AK was held before is forgotten. */
export const makeKey = (attester: Attester, session: TpmSession): TE.TaskEither<AgentError, AgentState> => {
  const context = join(session.folder, 'ek.ctx');
  return pipe(
    readEndorsement(session, context, attester.endorsementKeyKind),
    TE.bindTo('endorsement'),
    TE.bind('key', () => createAttestationKey(session, context, attester.attestationKeyKind)),
    TE.map(
      ({ endorsement, key }): AgentState => ({
        version: 1,
        authority: attester.authorityUrl,
        host: attester.host,
        attestationKeyKind: attester.attestationKeyKind,
        endorsementKeyKind: endorsement.kind,
        akPublic: toBase64(key.publicArea),
        akPrivate: toBase64(key.privateArea),
        akName: toHex(key.name),
        certified: false,
      }),
    ),
    TE.flatMap((state) => writeState(attester.folder, state)),
    TE.tapIO((state) => () => attester.log({ level: 'info', message: 'attestation key made', akName: state.akName })),
  );
};

const isFor = (attester: Attester, state: AgentState): boolean =>
  state.authority === attester.authorityUrl &&
  state.host === attester.host &&
  state.attestationKeyKind === attester.attestationKeyKind &&
  state.endorsementKeyKind === (attester.endorsementKeyKind ?? state.endorsementKeyKind);

/** The AK of an earlier run, if it was made for this host, authority and kind; else a new one. */
export const heldKey = (attester: Attester, session: TpmSession): TE.TaskEither<AgentError, AgentState> =>
  pipe(
    readState(attester.folder),
    TE.flatMap((state) =>
      state !== undefined && isFor(attester, state) ? TE.right(state) : makeKey(attester, session),
    ),
  );

const MEANS_NO_TPM = new Set<AgentError['_tag']>(['ToolMissing', 'ToolTimedOut', 'TpmUnreachable']);

/** A context of this TPM's present boot answers with the key's name; any other is refused by the TPM. */
const isLoaded = (session: TpmSession, context: string, akName: string): TE.TaskEither<AgentError, boolean> => {
  const file = join(session.folder, 'loaded.name');
  return pipe(
    session.run('tpm2_readpublic', ['-Q', '-c', context, '-n', file]),
    TE.flatMap(() => readCapped(file, 66)),
    TE.match(
      (error): E.Either<AgentError, boolean> => (MEANS_NO_TPM.has(error._tag) ? E.left(error) : E.right(false)),
      (name) => E.right(toHex(name) === akName),
    ),
  );
};

const writeKeyFiles = (folder: string, state: AgentState): TE.TaskEither<AgentError, AttestationKeyFiles> =>
  TE.tryCatch(
    async () => {
      const files = { publicArea: join(folder, 'held.pub'), privateArea: join(folder, 'held.priv') };
      await writeFile(files.publicArea, fromBase64(state.akPublic), { mode: 0o600 });
      await writeFile(files.privateArea, fromBase64(state.akPrivate), { mode: 0o600 });
      return files;
    },
    (): AgentError => ({ _tag: 'FileFault', file: folder, rule: 'can not be written' }),
  );

/** The file of a context that the TPM accepts now. Loading costs an endorsement key, so it is done once a boot. */
export const loadedContext = (
  { folder: { attestationKeyContext } }: Attester,
  session: TpmSession,
  state: AgentState,
): TE.TaskEither<AgentError, string> =>
  pipe(
    isLoaded(session, attestationKeyContext, state.akName),
    TE.flatMap((loaded) =>
      loaded
        ? TE.right(undefined)
        : pipe(
            writeKeyFiles(session.folder, state),
            TE.flatMap((files) => loadAttestationKey(session, state.endorsementKeyKind, files, attestationKeyContext)),
          ),
    ),
    TE.map(() => attestationKeyContext),
  );
