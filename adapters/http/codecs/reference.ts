import * as t from 'io-ts';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { Pem } from '../../text/pem-text.js';
import { Recorded } from './answers.js';

const Name = Text(128);
const Why = Text(512);

export const NamePath = closed({ name: Name }, 'NamePath');

export const VersionPath = closed({ version: Name }, 'VersionPath');

export const ImagesPath = closed({ before: Name, after: Name }, 'ImagesPath');

export const ModelPath = closed({ manufacturer: Text(64), model: Name }, 'ModelPath');

export const TrustTpmCa = closed({ name: Name, chain: Pem }, 'TrustTpmCa');

/** Exactly one of the three. */
const KEY_FORMS = ['certificate', 'publicKey', 'publicKeyDigest'] as const;

export const KeyForms = { certificate: Pem, publicKey: Pem, publicKeyDigest: Sha256Hex };

export const hasOneKey = (body: Readonly<Partial<Record<(typeof KEY_FORMS)[number], unknown>>>): boolean =>
  KEY_FORMS.filter((form) => body[form] !== undefined).length === 1;

export const TrustEndorsementKey = t.refinement(
  closedWith({ name: Name }, KeyForms, 'TrustEndorsementKey'),
  hasOneKey,
  'TrustEndorsementKey(exactly one of certificate, publicKey, publicKeyDigest)',
);

/** As many as a body may hold at most. */
export const MOST_KEYS_IN_BODY = 512;

export const TrustEndorsementKeys = closed(
  { keys: ListUpTo(TrustEndorsementKey, MOST_KEYS_IN_BODY) },
  'TrustEndorsementKeys',
);

/** `outcome`: listed, known before, revoked before (and not listed again), name taken by another key, or unreadable. */
export const ImportedKeys = t.intersection(
  [
    Recorded,
    t.type({
      entries: t.readonlyArray(
        t.type({
          name: t.string,
          outcome: t.string,
          publicKeyDigest: t.union([t.null, t.string]),
          rule: t.union([t.null, t.string]),
        }),
      ),
    }),
  ],
  'ImportedKeys',
);
export type ImportedKeys = t.TypeOf<typeof ImportedKeys>;

/** `publicKeyDigest` revokes a key that was never listed. */
export const RevokeEndorsementKey = closedWith({ reason: Why }, { publicKeyDigest: Sha256Hex }, 'RevokeEndorsementKey');

export const ListTpmModel = closed(
  {
    manufacturer: Text(64),
    model: Name,
    firmwareVersions: ListUpTo(Text(64), 256),
    biosVersions: ListUpTo(Text(256), 256),
    asOf: Instant,
  },
  'ListTpmModel',
);

export const ProposeBaseImage = closed({ image: BaseImage }, 'ProposeBaseImage');

/** `digest`: approve only if this is what is proposed. */
export const ApproveBaseImage = closedWith({}, { digest: Sha256Hex }, 'ApproveBaseImage');

export const ReplaceEndorsementKey = t.refinement(
  closedWith({ reason: Why }, KeyForms, 'ReplaceEndorsementKey'),
  hasOneKey,
  'ReplaceEndorsementKey(exactly one of certificate, publicKey, publicKeyDigest)',
);
