import * as TE from 'fp-ts/lib/TaskEither.js';
import { createDocumentMemos, withFreshMemos } from '../../adapters/caches/fresh-memos.js';
import { canonicalize } from '../../adapters/crypto/canonicalize.js';
import { appraisalEngines, entryEngines } from '../../adapters/crypto/engines.js';
import type { Bundle } from '../../domain/bundle/bundle.js';
import { type BundleLog, makeBundle } from '../../domain/bundle/make-bundle.js';
import type { BundleReport, BundleTrust, VerifyBundleDeps } from '../../domain/bundle/verify-bundle.js';
import { verifyBundle } from '../../domain/bundle/verify-bundle.js';
import { fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { withdrawBaseImage } from '../../domain/reference/change-reference.js';
import { formatCheckpoint } from '../../domain/transparency/checkpoint.js';
import { formatNote } from '../../domain/transparency/note.js';
import { originOf } from '../../domain/transparency/origin.js';
import { cosignNote, type NoteSigner, signNote } from '../../domain/transparency/sign-note.js';
import { tilePath } from '../../domain/transparency/tile.js';
import { emptyEdge, growEdge, partialTiles, rootOfEdge } from '../../domain/transparency/tile-edge.js';
import { formatVerifierKey } from '../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import {
  approveImage,
  asks,
  attest,
  BAD_BOOT,
  certifiedHost,
  later,
  openTestAuthority,
  type TestAuthority,
} from './authority.js';
import { keyFromSeed } from './engines.js';
import { right } from './ledger.js';
import { noteEngines, noteSigner, verifierKey } from './note-signers.js';
import { softwareTpm } from './software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'rsa', seed: 'h2' });

export const LOG = noteSigner(originOf(keyFromSeed(1).kid), 50);
export const LOG_KEY = verifierKey(LOG, 'ed25519');
const WITNESSES = ['one', 'two', 'three'].map((name, i) => noteSigner(`${name}.example`, 60 + i));

/** Two of three witnesses. */
export const POLICY_TEXT = [
  `log ${formatVerifierKey(LOG_KEY)}`,
  ...WITNESSES.map((w) => `witness ${w.name} ${formatVerifierKey(verifierKey(w, 'cosignature-v1'))}`),
  `group g 2 ${WITNESSES.map(({ name }) => name).join(' ')}`,
  'quorum g\n',
].join('\n');

export const POLICY: WitnessPolicy = right(parseWitnessPolicy(entryEngines.hashing, utf8(POLICY_TEXT)));

export const TRUST: BundleTrust = { key: LOG_KEY, policy: undefined };

/** Two hosts, three verdicts of each, the second of the first one bad, and an image withdrawn in between. */
export const eventfulAuthority = async (): Promise<TestAuthority> => {
  const authority = await openTestAuthority();
  await approveImage(authority, 'good');
  await certifiedHost(authority, 'h1', tpm);
  await certifiedHost(authority, 'h2', other);
  right(await attest(authority, 'h1', tpm));
  later(authority, 3600);
  right(await attest(authority, 'h1', tpm, { boot: BAD_BOOT, wrappingKey: new Uint8Array(32).fill(5) }));
  right(await attest(authority, 'h2', other));
  later(authority, 3600);
  right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'good', reason: 'CVE' })());
  right(await attest(authority, 'h1', tpm, { clock: { resetCount: 3 } }));
  right(await attest(authority, 'h2', other));
  return authority;
};

interface LogOptions {
  readonly signer?: NoteSigner;
  readonly witnesses?: number;
  /** POSIX seconds at which each witness cosigned. */
  readonly cosignedAt?: (witness: number) => number;
}

/** The authority's log as it is now, signed by `signer`, cosigned by as many witnesses. */
export const logOf = async (
  { deps }: TestAuthority,
  { signer = LOG, witnesses = 3, cosignedAt = () => 1_796_000_000 }: LogOptions = {},
): Promise<BundleLog<never>> => {
  const entries = right(await deps.store.readAll(0, 100_000)());
  const leaves = entries.map(({ bytes }) => leafBytes(deps.hashing, bytes));
  const { edge, full } = growEdge(deps.hashing, emptyEdge, leaves);
  const tiles = new Map([...full, ...partialTiles(edge)].map(({ tile, bytes }) => [tilePath(tile), bytes]));
  const root = rootOfEdge(deps.hashing, edge);
  const checkpoint = { origin: signer.name, size: edge.size, root, extensions: [] };
  const text = formatCheckpoint(checkpoint);
  const own = right(await signNote(noteEngines, signer)(text)());
  const cosigned = WITNESSES.slice(0, witnesses).map((witness, i) =>
    cosignNote(noteEngines, witness)(text, cosignedAt(i))(),
  );
  const signatures = [own, ...(await Promise.all(cosigned)).map(right)];
  const published = { checkpoint, bytes: formatNote({ text, signatures }) };
  return { published, readTile: (tile) => TE.right(tiles.get(tilePath(tile))) };
};

export interface Wanted {
  readonly host?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly evidence?: boolean;
  readonly tail?: boolean;
  readonly signed?: boolean;
}

export const bundleOf = async (
  authority: TestAuthority,
  log: BundleLog<never>,
  { host = 'h1', from = null, to = null, evidence = true, tail = false, signed = true }: Wanted = {},
): Promise<Uint8Array> => {
  const deps = withFreshMemos(authority.deps);
  const locked = { kid: 'locked', sign: () => TE.left({ _tag: 'SignerUnavailable' as const, detail: 'for reading' }) };
  const signer = signed ? deps.signer : () => locked;
  return right(await makeBundle({ ...deps, signer }, log)({ scope: { host, from, to, evidence }, tail })());
};

export const bundleEngines = (): VerifyBundleDeps => ({
  ...entryEngines,
  ...appraisalEngines(),
  documents: createDocumentMemos(),
});

export const readBundle = (bytes: Uint8Array): Bundle => JSON.parse(fromUtf8(bytes) ?? '') as Bundle;

export const checked = (bundle: Bundle, trust: BundleTrust = TRUST): Promise<BundleReport> =>
  verifyBundle(bundleEngines())(trust, bundle)();

export const spelt = (bundle: Bundle): Uint8Array => utf8(right(canonicalize(bundle)));
