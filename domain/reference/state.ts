import type { AttestationPolicy } from '../appraisal/policy.js';
import { DEFAULT_POLICY } from '../appraisal/policy.js';
import type { ListedTpmModel } from '../appraisal/reference-values.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { ReferenceEvent } from './events.js';
import { takenBackKeyOf } from './taken-back.js';

export interface ImageEntry {
  readonly version: string;
  readonly digest: string;
  readonly status: 'proposed' | 'approved' | 'withdrawn';
  readonly proposer: string;
  readonly approver: string | undefined;
}

/** All reference values of a group, documents by digest. */
export interface ReferenceState {
  /** By name: digests of the chain's certificates, root first. */
  readonly tpmCas: ReadonlyMap<string, ReadonlyArray<string>>;
  /** By name: digest of the key. */
  readonly endorsementKeys: ReadonlyMap<string, string>;
  readonly revokedEndorsementKeys: ReadonlySet<string>;
  /** By version: its newest proposal. */
  readonly images: ReadonlyMap<string, ImageEntry>;
  /** Digest -> version of image documents that were good once; running one has a reason of its own. */
  readonly withdrawnImages: ReadonlyMap<string, string>;
  readonly tpmModels: ReadonlyMap<string, ListedTpmModel>;
  readonly policy: AttestationPolicy;
  /** Revision of the last policy change; -1: the built-in default still counts. */
  readonly policyRevision: number;
  /** By `takenBackKey`: the last revision that took it back. Trusting it again helps no verdict that was made before. */
  readonly takenBack: ReadonlyMap<string, number>;
}

export const noReferenceValues: ReferenceState = {
  tpmCas: new Map(),
  endorsementKeys: new Map(),
  revokedEndorsementKeys: new Set(),
  images: new Map(),
  withdrawnImages: new Map(),
  tpmModels: new Map(),
  policy: DEFAULT_POLICY,
  policyRevision: -1,
  takenBack: new Map(),
};

export const referenceStream = (group: string): StreamId => `reference/${group}`;

export const tpmModelKey = (manufacturer: string, model: string): string => `${manufacturer}\n${model}`;

const put = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map([...map, [key, value]]);

const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([each]) => each !== key));

type Of<P extends string> = Recorded<Extract<ReferenceEvent, { readonly type: `${P}${string}` }>>;

const evolveKey = (
  state: ReferenceState,
  { event }: Of<'EndorsementKeyTrusted' | 'EndorsementKeyRevoked'>,
): ReferenceState => {
  const { name, publicKeyDigest } = event.data;
  const others = [...state.revokedEndorsementKeys].filter((digest) => digest !== publicKeyDigest);
  return event.type === 'EndorsementKeyTrusted'
    ? {
        ...state,
        endorsementKeys: put(state.endorsementKeys, name, publicKeyDigest),
        revokedEndorsementKeys: new Set(others),
      }
    : {
        ...state,
        endorsementKeys: without(state.endorsementKeys, name),
        revokedEndorsementKeys: new Set([...others, publicKeyDigest]),
      };
};

/** The decider lets no revoked key through, yet what is in the ledger happened. */
const withKeys = (state: ReferenceState, { event }: Of<'EndorsementKeysTrusted'>): ReferenceState => {
  const { keys } = event.data;
  const listed = new Set(keys.map(({ publicKeyDigest }) => publicKeyDigest));
  return {
    ...state,
    endorsementKeys: new Map([
      ...state.endorsementKeys,
      ...keys.map(({ name, publicKeyDigest }) => [name, publicKeyDigest] as const),
    ]),
    revokedEndorsementKeys: new Set([...state.revokedEndorsementKeys].filter((digest) => !listed.has(digest))),
  };
};

const evolveImage = (state: ReferenceState, { event, actor }: Of<'BaseImage'>): ReferenceState => {
  const { version, digest } = event.data;
  const entry = state.images.get(version);
  const proposer = entry?.proposer ?? actor.subject;
  switch (event.type) {
    case 'BaseImageProposed': {
      const proposal = { version, digest, status: 'proposed', proposer: actor.subject, approver: undefined } as const;
      return { ...state, images: put(state.images, version, proposal) };
    }
    case 'BaseImageApproved': {
      const approved = { version, digest, status: 'approved', proposer, approver: actor.subject } as const;
      const images = put(state.images, version, approved);
      return { ...state, images, withdrawnImages: without(state.withdrawnImages, digest) };
    }
    case 'BaseImageWithdrawn': {
      const approver = entry?.approver;
      const withdrawn = { version, digest, status: 'withdrawn', proposer, approver } as const;
      const images = put(state.images, version, withdrawn);
      const withdrawnImages =
        approver === undefined ? state.withdrawnImages : put(state.withdrawnImages, digest, version);
      return { ...state, images, withdrawnImages };
    }
  }
};

const evolveValues = (state: ReferenceState, recorded: Recorded<ReferenceEvent>): ReferenceState => {
  const { event } = recorded;
  switch (event.type) {
    case 'TpmCaTrusted':
      return { ...state, tpmCas: put(state.tpmCas, event.data.name, event.data.chain) };
    case 'TpmCaRevoked':
      return { ...state, tpmCas: without(state.tpmCas, event.data.name) };
    case 'EndorsementKeysTrusted':
      return withKeys(state, { ...recorded, event });
    case 'EndorsementKeyTrusted':
    case 'EndorsementKeyRevoked':
      return evolveKey(state, { ...recorded, event });
    case 'BaseImageProposed':
    case 'BaseImageApproved':
    case 'BaseImageWithdrawn':
      return evolveImage(state, { ...recorded, event });
    case 'TpmModelListed': {
      const key = tpmModelKey(event.data.manufacturer, event.data.model);
      return { ...state, tpmModels: put(state.tpmModels, key, event.data) };
    }
    case 'TpmModelDelisted': {
      const key = tpmModelKey(event.data.manufacturer, event.data.model);
      return { ...state, tpmModels: without(state.tpmModels, key) };
    }
    case 'AttestationPolicyChanged':
      return { ...state, policy: event.data.new, policyRevision: recorded.revision };
  }
};

/** Total: an event that is in the ledger happened, whatever the rules say today. */
export const evolveReference = (state: ReferenceState, recorded: Recorded<ReferenceEvent>): ReferenceState => {
  const next = evolveValues(state, recorded);
  const key = takenBackKeyOf(recorded.event);
  return key === undefined ? next : { ...next, takenBack: put(next.takenBack, key, recorded.revision) };
};
