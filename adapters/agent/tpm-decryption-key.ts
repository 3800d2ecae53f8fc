import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64Url } from '../../domain/encoding/base64url.js';
import { fromUtf8, toBase64, toHex } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import type { AgentError } from './agent-error.js';
import { ATTESTATION_KEY_KINDS, type AttestationKeyKind } from './attestation-key.js';
import { readCapped } from './private-files.js';
import type { TpmSession } from './tpm-session.js';

/** Registers that have to be as they were attested whenever the key is used. */
export interface BoundTo {
  readonly bank: 'sha256' | 'sha384' | 'sha512';
  /** 0 to 7, ascending. */
  readonly pcrs: ReadonlyArray<number>;
}

/** An RSA key of this TPM's present boot, and the AK's word for it. */
export interface TpmDecryptionKey {
  /** As the key service takes it. */
  readonly offer: Readonly<Record<string, unknown>>;
  /** In the TPM, to memory: no file ever holds what it answers. The caller erases it. */
  readonly decrypt: (encrypted: Uint8Array) => TE.TaskEither<AgentError, Uint8Array>;
}

export interface CertifyingKey {
  readonly context: string;
  readonly kind: AttestationKeyKind;
}

const STRUCTURE_CAP = 4_096;
/** The tools end it with the zero byte that the label has to have (TPM 2.0 Part 1, B.4). */
const LABEL = 'sekisho/sealed-key/v1';
const PLAIN = 'fixedtpm|fixedparent|sensitivedataorigin|decrypt';

const malformed: AgentError = { _tag: 'AnswerMalformed', field: 'tokens', rule: 'must be tokens with an id' };

/** Not verified here: it only says which attestation the AK's word is for, and the authority compares. */
const Claims = t.type({ jti: Text(64) });

const tokenId = (token: string): E.Either<AgentError, string> =>
  pipe(
    fromUtf8(fromBase64Url(token.split('.')[1] ?? '') ?? new Uint8Array()) ?? '',
    parseJson,
    E.flatMap(decode(Claims)),
    E.bimap(
      () => malformed,
      ({ jti }) => jti,
    ),
  );

const qualification = (jti: string): string =>
  toHex(createHash('sha256').update(`sekisho/certified-key/v1\0${jti}`).digest());

const registersOf = ({ bank, pcrs }: BoundTo): string => `${bank}:${pcrs.join(',')}`;

/** `use` gets a session in which the registers were shown; what `use` came to matters more than how the session ends. */
const withPcrPolicy = <A>(
  { run, folder }: TpmSession,
  boundTo: BoundTo,
  policyFile: string | undefined,
  use: (session: string) => TE.TaskEither<AgentError, A>,
): TE.TaskEither<AgentError, A> => {
  const file = join(folder, 'pcr-session.ctx');
  const kind = policyFile === undefined ? ['--policy-session'] : [];
  const output = policyFile === undefined ? [] : ['-L', policyFile];
  return TE.bracket(
    run('tpm2_startauthsession', ['-Q', ...kind, '-S', file]),
    () =>
      pipe(
        run('tpm2_policypcr', ['-Q', '-S', file, '-l', registersOf(boundTo), ...output]),
        TE.flatMap(() => use(file)),
      ),
    (): TE.TaskEither<AgentError, void> =>
      pipe(
        run('tpm2_flushcontext', ['-Q', file]),
        TE.match(
          () => E.right(undefined),
          () => E.right(undefined),
        ),
      ),
  );
};

/** In the null hierarchy: gone with the next reset, and no owner's password is needed. */
const createKey = (session: TpmSession, boundTo: BoundTo | undefined): TE.TaskEither<AgentError, unknown> => {
  const file = (name: string): string => join(session.folder, name);
  const outputs = ['-c', file('decrypt.ctx'), '--creation-hash', file('decrypt.hash'), '-t', file('decrypt.ticket')];
  const create = (...more: ReadonlyArray<string>): TE.TaskEither<AgentError, unknown> =>
    session.run('tpm2_createprimary', [
      '-Q',
      '-C',
      'n',
      '-G',
      'rsa2048:null:null',
      '-g',
      'sha256',
      ...more,
      ...outputs,
    ]);
  if (boundTo === undefined) return create('-a', `${PLAIN}|userwithauth`);
  const policy = file('decrypt.policy');
  return withPcrPolicy(session, boundTo, policy, () => create('-a', PLAIN, '-L', policy));
};

const offerOf = (
  session: TpmSession,
  { context, kind }: CertifyingKey,
  jti: string,
  boundTo: BoundTo | undefined,
): TE.TaskEither<AgentError, TpmDecryptionKey['offer']> => {
  const file = (name: string): string => join(session.folder, name);
  const { scheme, hash } = ATTESTATION_KEY_KINDS[kind];
  const what = ['-C', context, '-c', file('decrypt.ctx'), '-d', file('decrypt.hash'), '-t', file('decrypt.ticket')];
  const how = ['-g', hash, '-s', scheme, '-q', qualification(jti)];
  const outputs = ['-o', file('decrypt.sig'), '--attestation', file('decrypt.attest')];
  return pipe(
    session.run('tpm2_readpublic', ['-Q', '-c', file('decrypt.ctx'), '-o', file('decrypt.pub')]),
    TE.flatMap(() => session.run('tpm2_certifycreation', ['-Q', ...what, ...how, ...outputs])),
    TE.flatMap(() => TE.Do),
    TE.bind('publicArea', () => readCapped(file('decrypt.pub'), STRUCTURE_CAP)),
    TE.bind('attest', () => readCapped(file('decrypt.attest'), STRUCTURE_CAP)),
    TE.bind('signature', () => readCapped(file('decrypt.sig'), STRUCTURE_CAP)),
    TE.map(({ publicArea, attest, signature }) => ({
      publicArea: toBase64(publicArea),
      attest: toBase64(attest),
      signature: toBase64(signature),
      ...(boundTo === undefined ? {} : { boundTo }),
    })),
  );
};

const decryptIn =
  (session: TpmSession, boundTo: BoundTo | undefined) =>
  (encrypted: Uint8Array): TE.TaskEither<AgentError, Uint8Array> => {
    const file = join(session.folder, 'sealed');
    const args = ['-c', join(session.folder, 'decrypt.ctx'), '-s', 'oaep-sha256', '-l', LABEL];
    const decrypt = (...auth: ReadonlyArray<string>): TE.TaskEither<AgentError, Uint8Array> =>
      session.run('tpm2_rsadecrypt', [...args, ...auth, file]);
    return pipe(
      TE.tryCatch(
        () => writeFile(file, encrypted, { mode: 0o600 }),
        (): AgentError => ({ _tag: 'FileFault', file, rule: 'can not be written' }),
      ),
      TE.flatMap(() =>
        boundTo === undefined
          ? decrypt()
          : withPcrPolicy(session, boundTo, undefined, (policy) => decrypt('-p', `session:${policy}`)),
      ),
    );
  };

/** `attestationKey` signs that this TPM made the key, for the attestation that the token is of. */
export const makeTpmDecryptionKey = (
  session: TpmSession,
  attestationKey: CertifyingKey,
  token: string,
  boundTo: BoundTo | undefined,
): TE.TaskEither<AgentError, TpmDecryptionKey> =>
  pipe(
    TE.fromEither(tokenId(token)),
    TE.bindTo('jti'),
    TE.tap(() => createKey(session, boundTo)),
    TE.flatMap(({ jti }) => offerOf(session, attestationKey, jti, boundTo)),
    TE.map((offer) => ({ offer, decrypt: decryptIn(session, boundTo) })),
  );
