import { type Keyring, keysInUse } from '../ledger/keyring.js';
import { type HandOverMessage, type KeyBox, type KeyOffer, MOST_NODES, type SharedKey } from './messages.js';

/** What nodes said to each other so far. Every message in it was signed by the event key that it names. */
export interface HandOvers {
  readonly offers: ReadonlyArray<KeyOffer>;
  /** By event key: the shared keys that its node can sign with. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
}

export const NO_HAND_OVERS: HandOvers = { offers: [], held: new Map() };

/** Far more than rotations and nodes make; a node that was taken over can't fill the others' memory. */
const MOST_OFFERS = 1_024;

/** Takes in one genuine message. */
export const takeMessage = ({ offers, held }: HandOvers, message: HandOverMessage): HandOvers =>
  message.type === 'KeyOffer'
    ? { held, offers: [...offers, message].slice(-MOST_OFFERS) }
    : { offers, held: new Map([...held, [message.kid, new Set(message.keys)]]) };

const isInUse = (keyring: Keyring, kid: string): boolean => keyring.get(kid)?.until === null;

/** Offered by a node whose event key is in use, and not of a key that ended. */
const live = ({ offers }: HandOvers, keyring: Keyring): ReadonlyArray<KeyOffer> =>
  offers.filter(({ kid, key }) => isInUse(keyring, kid) && (keyring.get(key.kid)?.until ?? null) === null);

/** Shared keys that are in use, and those that nodes announced to come. */
export const sharedKeys = (hand: HandOvers, keyring: Keyring): ReadonlyArray<Pick<SharedKey, 'kid' | 'purpose'>> => {
  const inUse = (['log', 'token'] as const).flatMap((purpose) =>
    keysInUse(keyring, purpose).map(({ kid }) => ({ kid, purpose })),
  );
  const announced = live(hand, keyring).map(({ key: { kid, purpose } }) => ({ kid, purpose }));
  return [...new Map([...announced, ...inUse].map((key) => [key.kid, key])).values()];
};

export interface SealedFor {
  readonly key: SharedKey;
  readonly box: KeyBox;
}

/** What was sealed for an event key, newest first. */
export const boxesFor = (hand: HandOvers, keyring: Keyring, eventKey: string): ReadonlyArray<SealedFor> =>
  live(hand, keyring)
    .flatMap(({ key, boxes }) => boxes.filter(({ to }) => to === eventKey).map((box) => ({ key, box })))
    .reverse();

const holds = ({ held }: HandOvers, eventKey: string, kid: string): boolean => held.get(eventKey)?.has(kid) === true;

/** Event keys in use whose node neither has a key nor was given it: whoever is removed from the ledger is given nothing. */
export const notGiven = (hand: HandOvers, keyring: Keyring, kid: string): ReadonlyArray<string> => {
  const given = new Set(
    live(hand, keyring).flatMap(({ key, boxes }) => (key.kid === kid ? boxes.map(({ to }) => to) : [])),
  );
  return keysInUse(keyring, 'event')
    .map((key) => key.kid)
    .filter((to) => !given.has(to) && !holds(hand, to, kid))
    .slice(0, MOST_NODES);
};

/** A node as the ledger knows it: by its newest event key in use. */
export interface Holder {
  /** Null: the node that the authority was founded on. */
  readonly node: string | null;
  readonly kid: string;
  readonly holds: boolean;
}

/** Which nodes say that they have a key. */
export const holdersOf = (hand: HandOvers, keyring: Keyring, kid: string): ReadonlyArray<Holder> => {
  const newest = new Map(keysInUse(keyring, 'event').map((key) => [key.node, key.kid]));
  return [...newest].map(([node, eventKey]) => ({ node, kid: eventKey, holds: holds(hand, eventKey, kid) }));
};
