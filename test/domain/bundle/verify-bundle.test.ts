import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../../../domain/bundle/bundle.js';
import type { BundleLog } from '../../../domain/bundle/make-bundle.js';
import { signStreamHeads } from '../../../domain/bundle/stream-heads.js';
import type { BundleReport } from '../../../domain/bundle/verify-bundle.js';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import { originOf } from '../../../domain/transparency/origin.js';
import { enrol, type TestAuthority } from '../../support/authority.js';
import {
  bundleOf,
  checked,
  eventfulAuthority,
  LOG_KEY,
  logOf,
  POLICY,
  readBundle,
  TRUST,
} from '../../support/bundle.js';
import { changeKeys } from '../../support/change-keys.js';
import { keyFromSeed } from '../../support/engines.js';
import { right } from '../../support/ledger.js';
import { noteSigner, verifierKey } from '../../support/note-signers.js';

let authority: TestAuthority;
let log: BundleLog<never>;
let whole: Bundle;

beforeAll(async () => {
  authority = await eventfulAuthority();
  log = await logOf(authority);
  whole = readBundle(await bundleOf(authority, log));
});

const tags = ({ faults }: BundleReport): ReadonlyArray<string> => faults.map(({ _tag }) => _tag);

const typeOf = ({ bytes }: Bundle['entries'][number]): string =>
  (JSON.parse(fromUtf8(fromBase64(bytes)) ?? '') as { readonly type: string }).type;

const without = (type: string): Bundle => {
  const at = whole.entries.findIndex((entry) => typeOf(entry) === type);
  return { ...whole, entries: whole.entries.filter((_, i) => i !== at) };
};

const edited = (index: number, edit: (text: string) => string): Bundle => ({
  ...whole,
  entries: whole.entries.map((entry, i) =>
    i === index ? { ...entry, bytes: toBase64(utf8(edit(fromUtf8(fromBase64(entry.bytes)) ?? ''))) } : entry,
  ),
});

const rotatedAuthority = async () => {
  const rotated = await eventfulAuthority();
  const next = keyFromSeed(3);
  const { named } = next;
  const key = {
    ...named,
    purpose: 'event',
    node: null,
    replaces: null,
    endorsement: null,
    possession: null,
  } as const;
  const keyring = await changeKeys(rotated, { type: 'IntroduceSigningKey', ...key });
  const renewed = { ...rotated, deps: { ...rotated.deps, signer: () => next, keyring: () => keyring } };
  await enrol(renewed, 'h3');
  return { rotated, renewed, next };
};

describe('a bundle', () => {
  it('proves all events of its host with the key of the log alone, and makes every verdict again', async () => {
    const report = await checked(whole);
    expect(report.faults).toEqual([]);
    expect(report.tree).toMatchObject({ size: log.published.checkpoint.size, signedBy: 'given-key', quorum: false });
    expect(report.verdicts.map(({ verdict, outcome }) => [verdict, outcome])).toEqual([
      ['affirming', 'same'],
      ['contraindicated', 'same'],
      ['contraindicated', 'same'],
    ]);
    expect(report.host).toMatchObject({ beginning: 'first-event', ending: 'authority-says' });
    expect(report.keys).toMatchObject({ beginning: 'first-event', ending: 'authority-says' });
    expect(report.events.filter(({ inPeriod }) => inPeriod).map(({ recorded }) => recorded.event.type)).toEqual([
      'HostEnrolled',
      'AttestationKeyCertified',
      'HostAttested',
      'AttestationRefused',
      'AttestationRefused',
    ]);
    expect(report.others).toBe(0);
  });

  it('says who cosigned, and is refused where the policy asks for more', async () => {
    const report = await checked(whole, { key: LOG_KEY, policy: POLICY });
    expect(report).toMatchObject({ faultCount: 0, tree: { quorum: true } });
    expect(report.tree?.cosignatures.map(({ witness }) => witness)).toEqual([
      'one.example',
      'two.example',
      'three.example',
    ]);
    const alone = readBundle(await bundleOf(authority, await logOf(authority, { witnesses: 1 })));
    const refused = await checked(alone, { key: LOG_KEY, policy: POLICY });
    expect(refused.faults).toMatchObject([{ _tag: 'CheckpointRefused', refusal: { _tag: 'QuorumMissing' } }]);
  });

  it('needs nobody who says where the stream ends when it carries every entry behind it', async () => {
    const report = await checked(readBundle(await bundleOf(authority, log, { tail: true, signed: false })));
    expect(report).toMatchObject({
      faultCount: 0,
      others: 1,
      host: { ending: 'all-entries' },
      keys: { ending: 'open' },
    });
  });

  it('does not claim the end when nobody answers for it', async () => {
    const report = await checked(readBundle(await bundleOf(authority, log, { signed: false })));
    expect(report).toMatchObject({ faultCount: 0, host: { ending: 'open' } });
  });

  it('of a period ends with the event that came next, and replays its verdicts alone', async () => {
    const wanted = { from: '2026-12-01T00:30:00.000Z', to: '2026-12-01T01:30:00.000Z' };
    const period = readBundle(await bundleOf(authority, log, wanted));
    expect(period.entries.length).toBeLessThan(whole.entries.length);
    const report = await checked(period);
    expect(report.faults).toEqual([]);
    expect(report.verdicts.map(({ outcome }) => outcome)).toEqual(['same']);
    expect(report.host).toMatchObject({ beginning: 'before-period', ending: 'later-event', first: { revision: 1 } });
    const wider = { ...period, scope: { ...period.scope, from: null } };
    expect(tags(await checked(wider))).toContain('PeriodCut');
  });

  it('without evidence still proves what was recorded, and says that no verdict was made again', async () => {
    const bare = readBundle(await bundleOf(authority, log, { evidence: false }));
    expect(bare.blobs).toEqual([]);
    const report = await checked(bare);
    expect(report.faults).toEqual([]);
    expect(new Set(report.verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['not-made-again']));
  });

  it.each(['HostEnrolled', 'AttestationKeyCertified', 'HostAttested', 'BaseImageApproved', 'SigningKeyIntroduced'])(
    'is refused when %s is missing from the middle of a stream',
    async (type) => {
      const report = await checked(without(type));
      expect(tags(report)).toContain('NotInTree');
      expect(tags(report).some((tag) => tag === 'RevisionGap' || tag === 'UnknownKey' || tag === 'PeriodCut')).toBe(
        true,
      );
    },
  );

  it('is refused when the last event is hidden, because the authority says that there is one', async () => {
    const hidden = { ...whole, entries: whole.entries.slice(0, -1) };
    expect(tags(await checked(hidden))).toContain('NotInTree');
    const { host } = await checked({ ...hidden, heads: null });
    expect(host).toMatchObject({ ending: 'open' });
  });

  it('names the entry that was changed, whatever was changed in it', async () => {
    const at = whole.entries.length - 1;
    const { index } = whole.entries[at]!;
    const renamed = await checked(edited(at, (text) => text.replace('"subject":"h1"', '"subject":"h2"')));
    expect(renamed.faults[0]).toMatchObject({ _tag: 'SignatureInvalid', at: { index, stream: 'host/h1' } });
    const spaced = await checked(edited(at, (text) => text.replace(':', ': ')));
    expect(spaced.faults[0]).toMatchObject({ _tag: 'NotCanonical', at: { index } });
    const broken = await checked(edited(at, () => '{"stream":'));
    expect(broken.faults[0]).toMatchObject({ _tag: 'EntryUnreadable', index });
    const moved = {
      ...whole,
      entries: whole.entries.map((entry, i) => (i === at ? { ...entry, index: index + 1 } : entry)),
    };
    expect(tags(await checked(moved))).toContain('NotInTree');
  });

  it('is refused as a whole when it is of another authority than the key', async () => {
    const foreign = verifierKey(noteSigner(originOf(keyFromSeed(9).kid), 50), 'ed25519');
    expect((await checked(whole, { ...TRUST, key: foreign })).faults).toEqual([
      { _tag: 'AnotherAuthority', believed: keyFromSeed(9).kid, found: keyFromSeed(1).kid },
    ]);
    const impostor = verifierKey(noteSigner(originOf(keyFromSeed(1).kid), 51), 'ed25519');
    expect(tags(await checked(whole, { ...TRUST, key: impostor }))).toContain('CheckpointRefused');
  });

  it('names evidence that is damaged, missing, or that nobody asked for', async () => {
    const [first] = whole.blobs;
    const damaged = { ...whole, blobs: whole.blobs.map((blob, i) => (i === 0 ? { ...blob, bytes: 'AAAA' } : blob)) };
    expect((await checked(damaged)).faults).toContainEqual({ _tag: 'BlobDamaged', sha256: first!.sha256 });
    for (const { sha256 } of whole.blobs) {
      const missing = { ...whole, blobs: whole.blobs.filter((blob) => blob.sha256 !== sha256) };
      expect(tags(await checked(missing))).toContain('VerdictDiffers');
    }
    const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
    const more = { ...whole, blobs: [...whole.blobs, { sha256, bytes: toBase64(utf8('test')) }] };
    expect((await checked(more)).faults).toEqual([{ _tag: 'BlobNotNamed', sha256 }]);
  });

  it('is refused when the word about where streams end is not the authority’s, or of another tree', async () => {
    const heads = whole.heads!;
    const forged = { ...heads, heads: heads.heads.map((head) => ({ ...head, revision: head.revision + 1 })) };
    expect(tags(await checked({ ...whole, heads: forged }))).toEqual(['HeadsSignatureInvalid']);
    expect(tags(await checked({ ...whole, heads: { ...heads, kid: LOG_KEY.id } }))).toEqual(['HeadsKeyUnknown']);
    expect(tags(await checked({ ...whole, heads: { ...heads, size: heads.size - 1 } }))).toEqual([
      'HeadsOfAnotherTree',
    ]);
  });

  it('convicts an authority whose word is less than what it recorded', async () => {
    const [own, host] = whole.heads!.heads;
    const { previous: leaf } = JSON.parse(fromUtf8(fromBase64(whole.entries.at(-1)!.bytes)) ?? '') as {
      previous: string;
    };
    const less = { ...whole.heads!, heads: [own!, { ...host!, revision: host!.revision - 1, leaf }] };
    const { canonicalize } = authority.deps;
    const lie = right(await signStreamHeads({ canonicalize, signer: authority.deps.signer() }, less)());
    expect((await checked({ ...whole, heads: lie })).faults).toEqual([
      { _tag: 'HeadContradicted', stream: 'host/h1', stated: 3, listed: 4 },
    ]);
  });

  it('leaves the end of a period to the event that came next, not to the authority', async () => {
    const earlier = readBundle(await bundleOf(authority, log, { to: '2026-12-01T00:30:00.000Z' }));
    expect(earlier.heads?.heads.map(({ stream }) => stream)).toEqual(['authority']);
  });

  it('is refused with proof hashes too many, too few or changed', async () => {
    for (const proof of [[...whole.proof, whole.proof[0]!], whole.proof.slice(1), [...whole.proof].reverse()]) {
      expect(tags(await checked({ ...whole, proof }))).toEqual(['NotInTree']);
    }
  });

  it('goes on over a change of the event key, and says what a lost key may have signed', async () => {
    const { rotated, renewed, next } = await rotatedAuthority();
    const old = keyFromSeed(2).kid;
    const since = '2026-12-01T01:30:00.000Z';
    const lost = { type: 'DeclareKeyCompromised', kid: old, since, reason: 'laptop stolen' } as const;
    await changeKeys(rotated, lost);
    const after = await logOf(rotated);
    const own = await checked(readBundle(await bundleOf(renewed, after, { host: 'h3' })));
    expect([own.faults, own.doubts]).toEqual([[], []]);
    const bundle = readBundle(await bundleOf(renewed, after));
    expect(bundle.heads?.kid).toBe(next.kid);
    const report = await checked(bundle);
    expect(report.faults).toEqual([]);
    expect(report.doubts).toMatchObject([{ kid: old, since, reason: 'laptop stolen', later: { entries: 2 } }]);
    expect(report.doubts[0]?.earlier?.entries).toBeGreaterThan(0);
    const forged = { ...bundle.heads!, kid: old };
    const back = right(
      await signStreamHeads({ canonicalize: rotated.deps.canonicalize, signer: keyFromSeed(2) }, forged)(),
    );
    expect(tags(await checked({ ...bundle, heads: back }))).toEqual(['HeadsKeyUnknown']);
  });

  it('believes what enough witnesses cosigned before a key was lost, whoever else cosigned later', async () => {
    const { rotated, renewed } = await rotatedAuthority();
    const since = '2026-12-01T12:00:00.000Z';
    rotated.now.at = since;
    await changeKeys(rotated, { type: 'DeclareKeyCompromised', kid: keyFromSeed(2).kid, since, reason: 'lost' });
    const [before, after] = [Date.parse(since) / 1000 - 1, Date.parse(since) / 1000];
    const doubtsWith = async (late: ReadonlyArray<number>) => {
      const log = await logOf(rotated, { cosignedAt: (witness) => (late.includes(witness) ? after : before) });
      const report = await checked(readBundle(await bundleOf(renewed, log)), { key: LOG_KEY, policy: POLICY });
      expect(report.faults).toEqual([]);
      return report.doubts.length;
    };
    expect([await doubtsWith([]), await doubtsWith([1]), await doubtsWith([1, 2])]).toEqual([0, 0, 1]);
  });

  it('does not take the word of a lost key for when it signed', async () => {
    const { rotated, renewed } = await rotatedAuthority();
    const { kid } = keyFromSeed(2);
    rotated.now.at = '2026-12-03T00:00:00.000Z';
    const lost = { type: 'DeclareKeyCompromised', kid, since: '2026-12-02T00:00:00.000Z', reason: 'lost' } as const;
    await changeKeys(rotated, lost);
    const { faults, doubts } = await checked(readBundle(await bundleOf(renewed, await logOf(rotated))));
    expect(faults).toEqual([]);
    expect(doubts).toMatchObject([{ kid, later: undefined }]);
    expect(doubts[0]?.earlier?.entries).toBeGreaterThan(0);
  });

  it('leaves out the word of a key that came into use behind its tree', async () => {
    const behind = readBundle(
      await bundleOf({ ...authority, deps: { ...authority.deps, keyring: () => new Map() } }, log),
    );
    expect(behind.heads).toBeNull();
  });
});
