import { describe, expect, it } from 'vitest';
import {
  boxesFor,
  holdersOf,
  NO_HAND_OVERS,
  notGiven,
  sharedKeys,
  takeMessage,
} from '../../../domain/hand-over/hand-overs.js';
import type { HandOverMessage, KeyOffer } from '../../../domain/hand-over/messages.js';
import { isGenuine, signMessage } from '../../../domain/hand-over/sign-message.js';
import type { Keyring, SigningKey } from '../../../domain/ledger/keyring.js';
import { engines, keyFromSeed, type TestKey } from '../../support/engines.js';
import { right } from '../../support/ledger.js';

const [FOUNDER, FIRST, SECOND, THIRD, LOG, NEXT] = [1, 2, 3, 4, 5, 6].map((seed) => keyFromSeed(seed)) as [
  TestKey,
  TestKey,
  TestKey,
  TestKey,
  TestKey,
  TestKey,
];

const signingKey = (
  { kid, publicKey }: TestKey,
  purpose: SigningKey['purpose'],
  node: string | null = null,
  until: number | null = null,
): SigningKey => ({ kid, publicKey, purpose, node, replaces: null, from: 0, until, compromised: null });

const keyringOf = (...keys: ReadonlyArray<SigningKey>): Keyring => new Map(keys.map((key) => [key.kid, key]));

const NODES = [
  signingKey(FOUNDER, 'authority'),
  signingKey(FIRST, 'event'),
  signingKey(SECOND, 'event', 'gate-2'),
  signingKey(THIRD, 'event', 'gate-3'),
  signingKey(LOG, 'log'),
];
const KEYRING = keyringOf(...NODES);
const WITHOUT_FIRST = keyringOf(...NODES.map((key) => (key.kid === FIRST.kid ? { ...key, until: 9 } : key)));

const boxTo = (to: TestKey): KeyOffer['boxes'][number] => ({
  to: to.kid,
  ephemeralKey: 'AAAA',
  nonce: 'AAAA',
  box: 'AAAA',
});

const offerBy = (by: TestKey, to: ReadonlyArray<TestKey>): KeyOffer => ({
  v: 1,
  type: 'KeyOffer',
  authority: FOUNDER.kid,
  kid: by.kid,
  key: { ...NEXT.named, purpose: 'log' },
  boxes: to.map(boxTo),
  sig: '',
});

const heldBy = (by: TestKey, ...keys: ReadonlyArray<TestKey>): HandOverMessage => ({
  v: 1,
  type: 'KeysHeld',
  authority: FOUNDER.kid,
  kid: by.kid,
  keys: keys.map(({ kid }) => kid),
  sig: '',
});

const after = (...messages: ReadonlyArray<HandOverMessage>) => messages.reduce(takeMessage, NO_HAND_OVERS);

describe('keys on their way between nodes', () => {
  it('are for every node whose event key is in use, until it was given them or has them', () => {
    expect(notGiven(NO_HAND_OVERS, KEYRING, NEXT.kid)).toEqual([FIRST.kid, SECOND.kid, THIRD.kid]);
    const hand = after(heldBy(FIRST, NEXT), offerBy(FIRST, [SECOND]));
    expect(notGiven(hand, KEYRING, NEXT.kid)).toEqual([THIRD.kid]);
    expect(boxesFor(hand, KEYRING, SECOND.kid).map(({ box }) => box.to)).toEqual([SECOND.kid]);
    expect(boxesFor(hand, KEYRING, THIRD.kid)).toEqual([]);
    expect(sharedKeys(hand, KEYRING).map(({ kid }) => kid)).toEqual([NEXT.kid, LOG.kid]);
  });

  it('count no more once the event key of the node that sealed them ended: another one seals them again', () => {
    const hand = after(offerBy(FIRST, [SECOND, THIRD]));
    expect(boxesFor(hand, WITHOUT_FIRST, SECOND.kid)).toEqual([]);
    expect(notGiven(hand, WITHOUT_FIRST, NEXT.kid)).toEqual([SECOND.kid, THIRD.kid]);
  });

  it('are forgotten when they ended themselves', () => {
    const ended = keyringOf(...NODES, signingKey(NEXT, 'log', null, 9));
    const hand = after(offerBy(FIRST, [SECOND]));
    expect([boxesFor(hand, ended, SECOND.kid), sharedKeys(hand, ended).map(({ kid }) => kid)]).toEqual([[], [LOG.kid]]);
  });

  it('are where each node says last that they are', () => {
    const hand = after(heldBy(FIRST, LOG), heldBy(SECOND, LOG, NEXT), heldBy(FIRST, LOG, NEXT), heldBy(SECOND, LOG));
    expect(holdersOf(hand, KEYRING, NEXT.kid)).toEqual([
      { node: null, kid: FIRST.kid, holds: true },
      { node: 'gate-2', kid: SECOND.kid, holds: false },
      { node: 'gate-3', kid: THIRD.kid, holds: false },
    ]);
    expect(holdersOf(hand, WITHOUT_FIRST, NEXT.kid).map(({ node }) => node)).toEqual(['gate-2', 'gate-3']);
  });

  it('fill no memory without end', () => {
    let hand = NO_HAND_OVERS;
    for (let i = 0; i < 3_000; i++) hand = takeMessage(hand, offerBy(FIRST, [SECOND]));
    expect(hand.offers).toHaveLength(1_024);
  });
});

describe('what a node says of keys', () => {
  const message = { v: 1, type: 'KeysHeld', authority: FOUNDER.kid, keys: [LOG.kid] } as const;
  const said = async (by: TestKey): Promise<HandOverMessage> =>
    right(await signMessage({ ...engines, signer: by }, message)());

  it('is believed with the signature of its event key, and only as it was said', async () => {
    const genuine = await said(SECOND);
    const holds = (each: HandOverMessage, authority = FOUNDER.kid): boolean =>
      isGenuine(engines, authority, KEYRING, each);
    expect(holds(genuine)).toBe(true);
    expect(holds(genuine, LOG.kid)).toBe(false);
    expect(holds({ ...(genuine as Extract<HandOverMessage, { type: 'KeysHeld' }>), keys: [LOG.kid, NEXT.kid] })).toBe(
      false,
    );
    expect(holds({ ...genuine, kid: THIRD.kid })).toBe(false);
  });

  it('is not believed of a key that signs no events, or that nobody introduced', async () => {
    expect(isGenuine(engines, FOUNDER.kid, KEYRING, await said(LOG))).toBe(false);
    expect(isGenuine(engines, FOUNDER.kid, KEYRING, await said(NEXT))).toBe(false);
  });
});
