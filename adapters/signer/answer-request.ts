import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes, fromBase64, toBase64 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { type SignerAnswer, SignerRequest } from '../../domain/signer/protocol.js';
import { type HeldKey, type Signed, whatIsSigned } from '../../domain/signer/what-is-signed.js';
import type { Checkpoint } from '../../domain/transparency/checkpoint.js';
import { canonicalize } from '../crypto/canonicalize.js';
import type { KeyStore } from '../key-store/key-store.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';

export interface SignerOptions {
  /** Opens the key file, as it is now. */
  readonly open: () => Promise<E.Either<KeyStoreError, KeyStore>>;
}

/** Answers one line. Left: it is no request, and the connection ends. */
export type AnswerLine = (line: string) => Promise<E.Either<'malformed', SignerAnswer>>;

/** No tree that is smaller than one that was signed, and no other one of its size: for as long as this signer runs. */
const makeTrees = () => {
  const newest = new Map<string, Checkpoint>();
  return (kid: string, signed: Signed): string | undefined => {
    if (signed._tag === 'Statement') return undefined;
    const { checkpoint } = signed;
    const before = newest.get(kid);
    if (before !== undefined && checkpoint.size < before.size)
      return 'must not be a smaller tree than one signed before';
    if (before?.size === checkpoint.size && !equalBytes(before.root, checkpoint.root))
      return 'must not be another tree of a size that was signed';
    newest.set(kid, checkpoint);
    return undefined;
  };
};

const requestOf = (line: string): E.Either<'malformed', SignerRequest> =>
  pipe(
    parseJson(line),
    E.mapLeft(() => undefined),
    E.flatMap((value) =>
      pipe(
        decode(SignerRequest)(value),
        E.mapLeft(() => undefined),
      ),
    ),
    E.mapLeft(() => 'malformed'),
  );

/** Signs what is of its authority, its log and its purpose, with keys that it alone has; refuses everything else. */
export const makeAnswer = async ({ open }: SignerOptions): Promise<E.Either<KeyStoreError, AnswerLine>> => {
  const opened = await open();
  if (E.isLeft(opened)) return opened;
  let store = opened.right;
  const disagrees = makeTrees();

  const listed = (): SignerAnswer & { readonly keys: unknown } => ({
    v: 1,
    id: '',
    keys: store.keys
      .filter(({ kid }) => store.signerOf(kid) !== undefined)
      .map(({ kid, publicKey, purpose }) => ({ kid, publicKey, purpose })),
  });

  const heldKey = (kid: string): HeldKey | undefined => {
    const key = store.keys.find((each) => each.kid === kid);
    return key && { kid, purpose: key.purpose, authority: store.publicKeys.authority.kid };
  };

  const sign = async (kid: string, message: Uint8Array): Promise<E.Either<string, Uint8Array>> => {
    const [key, signer] = [heldKey(kid), store.signerOf(kid)];
    if (key === undefined || signer === undefined) return E.left('the key is not here');
    const known = whatIsSigned(canonicalize)(key, message);
    if (E.isLeft(known)) return E.left(`the message ${known.left}`);
    const rule = disagrees(kid, known.right);
    if (rule !== undefined) return E.left(`the message ${rule}`);
    return pipe(
      await signer.sign(message)(),
      E.mapLeft(({ detail }) => detail),
    );
  };

  return E.right(async (line) => {
    const request = requestOf(line);
    if (E.isLeft(request)) return request;
    const { id, v } = request.right;
    if (request.right.op === 'keys') {
      // Keys follow each other while it runs: who asks for them wants those that there are now.
      const again = await open();
      if (E.isRight(again)) store = again.right;
      return E.right({ ...listed(), id });
    }
    const signed = await sign(request.right.kid, fromBase64(request.right.message));
    return E.right(
      E.isRight(signed) ? { v, id, signature: toBase64(signed.right) } : { v, id, refused: signed.left.slice(0, 256) },
    );
  });
};
