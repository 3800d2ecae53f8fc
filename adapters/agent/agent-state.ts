import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { utf8 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { Base64UpTo, HexUpTo, Text } from '../../domain/encoding/primitives.js';
import type { AgentError } from './agent-error.js';
import { parseDocument } from './parse-document.js';
import { readCapped, replaceFile } from './private-files.js';

/**
 * What outlives the process: the AK, whose private area only its own TPM can use, and for whom it was certified. In one
 * file, so that no crash parts the key from what is known of it.
 */
const AgentState = closed(
  {
    version: t.literal(1),
    authority: Text(2_048),
    host: Text(256),
    attestationKeyKind: t.keyof({ rsassa: null, rsapss: null, ecdsa: null, 'ecdsa-p384': null }),
    endorsementKeyKind: t.keyof({ rsa2048: null, ecc256: null, ecc384: null }),
    akPublic: Base64UpTo(2_048),
    akPrivate: Base64UpTo(2_048),
    akName: HexUpTo(66),
    certified: t.boolean,
  },
  'AgentState',
);
export type AgentState = t.TypeOf<typeof AgentState>;

export interface StateFolder {
  readonly folder: string;
  readonly state: string;
  /** The AK's context as the TPM saved it: a cache, void after the TPM's next reset. */
  readonly attestationKeyContext: string;
}

const STATE_CAP = 65_536;

export const stateFolder = (folder: string): TE.TaskEither<AgentError, StateFolder> =>
  pipe(
    TE.tryCatch(
      () => mkdir(folder, { recursive: true, mode: 0o700 }),
      (): AgentError => ({ _tag: 'FileFault', file: folder, rule: 'can not be made' }),
    ),
    TE.map(() => ({
      folder,
      state: join(folder, 'agent.json'),
      attestationKeyContext: join(folder, 'attestation-key.ctx'),
    })),
  );

const parse = parseDocument(AgentState);

/** Undefined when there is none yet. A damaged file is a fault, never replaced silently: it may be the only AK's. */
export const readState = ({ state }: StateFolder): TE.TaskEither<AgentError, AgentState | undefined> =>
  pipe(
    readCapped(state, STATE_CAP),
    TE.flatMapEither(
      (bytes): E.Either<AgentError, AgentState | undefined> =>
        pipe(
          parse(bytes),
          E.mapLeft((rule) => ({ _tag: 'FileFault', file: state, rule })),
        ),
    ),
    TE.orElse((error) => (error._tag === 'FileFault' && error.absent === true ? TE.right(undefined) : TE.left(error))),
  );

export const writeState = ({ state }: StateFolder, value: AgentState): TE.TaskEither<AgentError, AgentState> =>
  pipe(
    replaceFile(state, utf8(`${JSON.stringify(AgentState.encode(value), null, 1)}\n`)),
    TE.map(() => value),
  );
