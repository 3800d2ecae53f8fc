import * as t from 'io-ts';
import { Scope } from '../../../domain/access/scope.js';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { AttestationPolicy } from '../../../domain/appraisal/policy.js';
import { AsOf } from './answers.js';
import { Judged } from './attestations.js';
import { lateField } from './late-field.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const Mark = t.type({ index: t.number, time: t.string }, 'Mark');
const WithReason = t.type({ index: t.number, time: t.string, reason: t.string }, 'MarkWithReason');

export const Act = t.type({ by: t.string, time: t.string, index: t.number, revision: t.number }, 'Act');
export const ReasonedAct = t.type(
  { by: t.string, time: t.string, index: t.number, revision: t.number, reason: t.string },
  'ReasonedAct',
);

export const VerdictSummary = t.type(
  {
    index: t.number,
    revision: t.number,
    verdict: t.string,
    at: t.string,
    notAfter: t.string,
    image: orNull(t.type({ version: t.string, digest: t.string })),
    tpmCa: orNull(t.string),
    endorsementKey: orNull(t.string),
    secureBoot: t.string,
    reasons: t.readonlyArray(t.string),
    exceptions: t.readonlyArray(t.string),
    basis: t.number,
  },
  'VerdictSummary',
);

export const HostView = t.type(
  {
    id: t.string,
    displayName: orNull(t.string),
    state: t.string,
    /** Since when it is in this state. */
    since: t.string,
    /** When its newest evidence grew too old, if it has. */
    staleSince: orNull(t.string),
    reasons: t.readonlyArray(t.string),
    enrolled: Mark,
    endorsementKey: orNull(t.string),
    attestationKey: orNull(t.type({ name: t.string, since: Mark })),
    tpm: orNull(t.UnknownRecord),
    certificates: t.readonlyArray(t.string),
    verdict: orNull(VerdictSummary),
    undercut: orNull(t.type({ code: t.string, subject: t.string, reason: t.string, index: t.number, time: t.string })),
    quarantine: orNull(WithReason),
    retired: orNull(WithReason),
    counts: t.type({ affirming: t.number, contraindicated: t.number, foreign: t.number }),
    /** Which cluster it is in; null where it is in none, or none are known. */
    cluster: lateField(orNull(t.string), null),
    relayed: orNull(t.type({ index: t.number, verdict: t.string, at: t.string })),
  },
  'HostView',
);
export type HostView = t.TypeOf<typeof HostView>;

export const HostAnswer = t.type({ asOf: AsOf, host: HostView }, 'HostAnswer');

const page = { nextCursor: orNull(t.number) };

/** `counts`: of all hosts that are asked for, whatever their state and page. `total`: those in the state that is asked for. */
export const HostsAnswer = t.type(
  {
    asOf: AsOf,
    hosts: t.readonlyArray(HostView),
    total: lateField(t.number, 0),
    counts: lateField(t.record(t.string, t.number), {}),
    ...page,
  },
  'HostsAnswer',
);
export type HostsAnswer = t.TypeOf<typeof HostsAnswer>;

export const ImageRow = t.type(
  {
    version: t.string,
    displayName: t.string,
    imageKind: t.string,
    bank: t.string,
    digest: t.string,
    status: t.string,
    proposed: Act,
    approved: orNull(Act),
    withdrawn: orNull(ReasonedAct),
  },
  'ImageRow',
);
export type ImageRow = t.TypeOf<typeof ImageRow>;

export const ImagesAnswer = t.type({ asOf: AsOf, images: t.readonlyArray(ImageRow) }, 'ImagesAnswer');

export const ImageAnswer = t.type(
  { asOf: AsOf, image: ImageRow, document: BaseImage, hosts: t.readonlyArray(t.string) },
  'ImageAnswer',
);

const HostInState = t.type({ host: t.string, state: t.string }, 'HostInState');

export const ImageUseAnswer = t.type(
  {
    asOf: AsOf,
    images: t.readonlyArray(
      t.type({
        version: t.string,
        digest: t.string,
        hosts: t.readonlyArray(HostInState),
        /** Of the hosts that run it now. */
        lastAttested: t.type({ host: t.string, time: t.string, index: t.number }),
      }),
    ),
    /** Hosts whose newest verdict found no image. */
    unknown: t.readonlyArray(t.string),
    /** Hosts without a verdict on their present attestation key. */
    unseen: t.readonlyArray(t.string),
  },
  'ImageUseAnswer',
);
export type ImageUseAnswer = t.TypeOf<typeof ImageUseAnswer>;

const ImageItem = t.type({ section: t.string, name: t.string, says: t.string }, 'ImageItem');

export const ImageChangesAnswer = t.type(
  {
    asOf: AsOf,
    before: ImageRow,
    after: ImageRow,
    added: t.readonlyArray(ImageItem),
    removed: t.readonlyArray(ImageItem),
    changed: t.readonlyArray(
      t.type({ section: t.string, name: t.string, says: t.string, said: t.string }, 'ChangedImageItem'),
    ),
  },
  'ImageChangesAnswer',
);
export type ImageChangesAnswer = t.TypeOf<typeof ImageChangesAnswer>;

const TpmCaView = t.type(
  {
    name: t.string,
    subject: t.string,
    chain: t.readonlyArray(t.string),
    trusted: Act,
    revoked: orNull(ReasonedAct),
  },
  'TpmCaView',
);

export const TpmCasAnswer = t.type({ asOf: AsOf, tpmCas: t.readonlyArray(TpmCaView) }, 'TpmCasAnswer');

/** `chainPem`: its certificates, root first; null if one of them is damaged or gone. */
export const TpmCaAnswer = t.type({ asOf: AsOf, tpmCa: TpmCaView, chainPem: orNull(t.string) }, 'TpmCaAnswer');

const EndorsementKeyView = t.type(
  {
    name: t.string,
    publicKeyDigest: t.string,
    certificate: orNull(t.string),
    trusted: orNull(Act),
    revoked: orNull(ReasonedAct),
  },
  'EndorsementKeyView',
);

export const EndorsementKeysAnswer = t.type(
  { asOf: AsOf, endorsementKeys: t.readonlyArray(EndorsementKeyView) },
  'EndorsementKeysAnswer',
);

export const EndorsementKeyAnswer = t.type(
  { asOf: AsOf, endorsementKey: EndorsementKeyView, certificatePem: orNull(t.string) },
  'EndorsementKeyAnswer',
);

const TpmModelView = t.type(
  {
    manufacturer: t.string,
    model: t.string,
    firmwareVersions: t.readonlyArray(t.string),
    biosVersions: t.readonlyArray(t.string),
    asOf: t.string,
    listed: Act,
    delisted: orNull(ReasonedAct),
    /** Listed so long ago that policy wants it looked up again. It goes on counting. */
    stale: lateField(t.boolean, false),
  },
  'TpmModelView',
);

/** `stale`: how many of those that count are. */
export const TpmModelsAnswer = t.type(
  { asOf: AsOf, tpmModels: t.readonlyArray(TpmModelView), stale: t.number, maxAgeDays: orNull(t.number) },
  'TpmModelsAnswer',
);
export type TpmModelsAnswer = t.TypeOf<typeof TpmModelsAnswer>;

export const PolicyAnswer = t.type(
  {
    asOf: AsOf,
    /** Revision of the reference stream's last policy change; -1: the built-in policy still counts. */
    revision: t.number,
    changed: orNull(Act),
    policy: AttestationPolicy,
  },
  'PolicyAnswer',
);

export const OperatorsAnswer = t.type(
  {
    asOf: AsOf,
    operators: t.readonlyArray(
      t.type({
        subject: t.string,
        role: t.string,
        scope: lateField(Scope, null),
        person: t.string,
        confirmed: t.boolean,
        grantedBy: t.string,
        since: t.string,
        token: lateField(t.union([t.null, t.type({ since: t.string, expires: t.union([t.null, t.string]) })]), null),
        /** Those of token issuers with which they come, too. */
        accounts: lateField(t.readonlyArray(t.string), []),
      }),
    ),
  },
  'OperatorsAnswer',
);

/** An event as a person reads it: who, when, what. `data` is exactly what was signed. */
export const EventView = t.type(
  {
    index: t.number,
    stream: t.string,
    revision: t.number,
    id: t.string,
    type: t.string,
    recordedAt: t.string,
    actor: t.type({ subject: t.string, role: t.string }),
    command: t.string,
    basis: t.record(t.string, t.number),
    data: t.unknown,
  },
  'EventView',
);
export type EventView = t.TypeOf<typeof EventView>;

export const HistoryAnswer = t.type({ asOf: AsOf, events: t.readonlyArray(EventView), ...page }, 'HistoryAnswer');

const Attributed = t.type(
  { by: t.string, time: t.string, index: t.number, stream: t.string, revision: t.number },
  'Attributed',
);

/** A verdict with everything that it was made from, and who said that those things are good. */
export const Explanation = t.type(
  {
    asOf: AsOf,
    host: t.string,
    verdict: Judged,
    recordedAt: t.string,
    appraiser: t.number,
    /** Digests in the evidence store: GET /v1/evidence/{sha256}. */
    evidence: t.type({ evidence: t.string, claims: t.string, challenge: t.string }),
    claims: t.unknown,
    /** Evidence by its parts: small ones in base64, large ones by digest. */
    manifest: t.unknown,
    /** When and how the AK was certified. */
    certification: t.union([t.null, t.intersection([Attributed, t.type({ key: t.UnknownRecord })])]),
    /** The reference values that the verdict was made by; -1: there were none yet. */
    basis: t.type({ stream: t.string, revision: t.number }),
    policy: t.type({ policy: AttestationPolicy, changed: orNull(Attributed) }),
    image: orNull(
      t.type({ version: t.string, digest: t.string, proposed: orNull(Attributed), approved: orNull(Attributed) }),
    ),
    tpmCa: orNull(t.type({ name: t.string, trusted: orNull(Attributed) })),
    endorsementKey: orNull(t.string),
    /** What is missing or damaged of the documents. */
    findings: t.readonlyArray(t.UnknownRecord),
  },
  'Explanation',
);
export type Explanation = t.TypeOf<typeof Explanation>;

/** Entries exactly as they are stored: the canonical bytes that were signed, in base64. */
export const EntryView = t.type(
  { index: t.number, stream: t.string, revision: t.number, id: t.string, bytes: t.string },
  'EntryView',
);

export const EventsAnswer = t.type({ asOf: AsOf, events: t.readonlyArray(EntryView), ...page }, 'EventsAnswer');

export const EntryAnswer = t.type({ asOf: AsOf, event: EntryView }, 'EntryAnswer');
