import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import type { BaseImage } from '../../../domain/appraisal/base-image.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { caChainOf } from '../../../domain/reference/ca-chain.js';
import { imageDocument } from '../../../domain/reference/propose-base-image.js';
import { endorsementKeyOf } from '../../../domain/reference/trust-endorsement-key.js';
import { canonicalize } from '../../crypto/canonicalize.js';
import { nodeCertificates } from '../../crypto/node/certificates.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import type { ListTpmModel } from '../../http/codecs/reference.js';
import { offeredKeyOf } from '../../http/offered-key.js';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList } from './change.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import type { SiteEndorsementKey, SiteTpmCa } from './site-file.js';

const engines = { hashing: nodeHashing, certificates: nodeCertificates };

export const planPolicy = (
  { policy: wanted }: ResolvedSite,
  { policy: present, policyTag }: PresentSite,
): ReadonlyArray<Change> => {
  if (wanted === undefined || present === undefined) return [];
  const detail = differenceText(wanted, present);
  const about = { kind: 'policy', name: 'attestation', before: present } as const;
  if (detail === undefined) return [{ ...about, mark: '=', detail: '', steps: [] }];
  const ifMatch = policyTag === undefined ? {} : { ifMatch: policyTag };
  const body = { ...present, ...wanted };
  const call = { operation: 'changePolicy', method: 'PUT', path: '/v1/policy', body, ...ifMatch } as const;
  return [{ ...about, mark: '~', detail, steps: [{ call }] }];
};

type TpmCa = t.TypeOf<typeof SiteTpmCa>;

const digestsOf = ({ chain }: TpmCa): ReadonlyArray<string> =>
  pipe(
    caChainOf(engines, chain),
    E.match(
      () => [],
      (certificates) => certificates.map(({ sha256 }) => sha256),
    ),
  );

const CAS = '/v1/tpm-cas';

const tpmCas: Listed<TpmCa, PresentSite['tpmCas'][number]> = {
  kind: 'tpm-ca',
  nameOf: ({ name }) => name,
  presentName: ({ name }) => name,
  isGone: ({ revoked }) => revoked !== null,
  add: (body) => [{ call: { operation: 'trustTpmCa', method: 'POST', path: CAS, body } }],
  addDetail: (ca) => `${String(digestsOf(ca).length)} certificates`,
  differs: (ca, { chain }) => (digestsOf(ca).join() === chain.join() ? undefined : 'other certificates'),
  take: ({ name }, reason) => ({
    call: { operation: 'revokeTpmCa', method: 'DELETE', path: `${CAS}/${segment(name)}`, body: { reason } },
  }),
};

type EndorsementKey = t.TypeOf<typeof SiteEndorsementKey>;

/** What can't be read has no digest: the authority will say why. */
const digestOf = (key: EndorsementKey): string =>
  pipe(
    offeredKeyOf(key),
    E.flatMap((offered) => endorsementKeyOf(engines, offered)),
    E.match(
      () => '',
      ({ digest }) => digest,
    ),
  );

const KEYS = '/v1/endorsement-keys';

const endorsementKeys: Listed<EndorsementKey, PresentSite['endorsementKeys'][number]> = {
  kind: 'endorsement-key',
  nameOf: ({ name }) => name,
  presentName: ({ name }) => name,
  isGone: ({ revoked }) => revoked !== null,
  add: (body) => [{ call: { operation: 'trustEndorsementKey', method: 'POST', path: KEYS, body } }],
  differs: (key, { publicKeyDigest }) => (digestOf(key) === publicKeyDigest ? undefined : 'another key'),
  take: ({ name }, reason) => ({
    call: { operation: 'revokeEndorsementKey', method: 'DELETE', path: `${KEYS}/${segment(name)}`, body: { reason } },
  }),
};

type TpmModel = t.TypeOf<typeof ListTpmModel>;

const MODELS = '/v1/tpm-models';

const tpmModels: Listed<TpmModel, PresentSite['tpmModels'][number]> = {
  kind: 'tpm-model',
  nameOf: ({ manufacturer, model }) => `${manufacturer} ${model}`,
  presentName: ({ manufacturer, model }) => `${manufacturer} ${model}`,
  isGone: ({ delisted }) => delisted !== null,
  add: (body) => [{ call: { operation: 'listTpmModel', method: 'POST', path: MODELS, body } }],
  differs: differenceText,
  take: ({ manufacturer, model }, reason) => ({
    call: {
      operation: 'delistTpmModel',
      method: 'DELETE',
      path: `${MODELS}/${segment(manufacturer)}/${segment(model)}`,
      body: { reason },
    },
  }),
};

const documentDigest = (image: BaseImage): string =>
  pipe(
    imageDocument(canonicalize, image),
    E.match(
      () => '',
      (document) => toHex(nodeHashing.hash('sha256', document)),
    ),
  );

const IMAGES = '/v1/base-images';
type Image = PresentSite['baseImages'][number];

const baseImages: Listed<BaseImage, Image> = {
  kind: 'base-image',
  nameOf: ({ version }) => version,
  presentName: ({ version }) => version,
  isGone: ({ status }) => status === 'withdrawn',
  add: (image) => [{ call: { operation: 'proposeBaseImage', method: 'POST', path: IMAGES, body: { image } } }],
  addDetail: () => 'is proposed, and counts once another person approves it',
  differs: (image, { digest }) => (documentDigest(image) === digest ? undefined : 'another document'),
  take: ({ version }, reason) => ({
    call: {
      operation: 'withdrawBaseImage',
      method: 'POST',
      path: `${IMAGES}/${segment(version)}/withdraw`,
      body: { reason },
    },
  }),
};

/** What is there as the file says, but does not count yet. */
const waiting = (change: Change, image: Image | undefined): Change =>
  change.mark === '=' && image?.status === 'proposed'
    ? {
        ...change,
        mark: '!',
        detail: `proposed by ${image.proposed.by}, waits for another person: sekisho base-image approve ${image.version}`,
      }
    : change;

export const planImages = (
  { baseImages: wanted }: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const held = new Map(present.baseImages.map((image) => [image.version, image]));
  return wanted === undefined
    ? []
    : planList(baseImages, wanted, present.baseImages, options).map((change) => waiting(change, held.get(change.name)));
};

/** CAs, endorsement keys and models, each a phase of its own: a certificate is checked against the CAs when it comes in. */
export const planReference = (
  site: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<ReadonlyArray<Change>> => [
  site.tpmCas === undefined ? [] : planList(tpmCas, site.tpmCas, present.tpmCas, options),
  site.endorsementKeys === undefined
    ? []
    : planList(endorsementKeys, site.endorsementKeys, present.endorsementKeys, options),
  site.tpmModels === undefined ? [] : planList(tpmModels, site.tpmModels, present.tpmModels, options),
];
