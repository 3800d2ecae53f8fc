import * as t from 'io-ts';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { AttestationPolicy } from '../../../domain/appraisal/policy.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { Pem } from '../../text/pem-text.js';
import { AsOf } from './answers.js';
import { Reason } from './attestations.js';

const Name = Text(128);

/** Reference values that nobody changed; what is absent stays as it is. */
export const WouldBeChange = closedWith(
  {},
  {
    policy: AttestationPolicy,
    images: ListUpTo(BaseImage, 16),
    onlyThese: t.boolean,
    approve: ListUpTo(Name, 64),
    withdraw: ListUpTo(Name, 64),
    tpmCas: ListUpTo(closed({ name: Name, chain: Pem }, 'OfferedTpmCa'), 16),
    revokeTpmCas: ListUpTo(Name, 64),
    revokeEndorsementKeys: ListUpTo(Sha256Hex, 1024),
    trustEndorsementKeys: ListUpTo(Sha256Hex, 1024),
  },
  'WouldBeChange',
);
export type WouldBeChange = t.TypeOf<typeof WouldBeChange>;

/** `cursor` as the page before answered it; give its `judgedAt` as `at`, so that all pages are true at one moment. */
export const Rehearse = t.refinement(
  closedWith({ change: WouldBeChange }, { index: SafeInt, at: Instant, cursor: SafeInt, limit: SafeInt }, 'Rehearse'),
  ({ index, at }) => index === undefined || at === undefined,
  'Rehearse(index or at, not both)',
);

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const Rehearsed = t.type(
  {
    verdict: t.string,
    reasons: t.readonlyArray(Reason),
    exceptions: t.readonlyArray(t.string),
    image: orNull(t.type({ version: t.string, digest: t.string })),
  },
  'Rehearsed',
);

/** `effect`: passes, would-fail, would-pass, fails, or unknown where no evidence could be judged. */
export const HostRehearsal = t.type(
  {
    host: t.string,
    effect: t.string,
    evidence: orNull(t.type({ index: t.number, revision: t.number, at: t.string })),
    now: orNull(Rehearsed),
    then: orNull(Rehearsed),
    findings: t.readonlyArray(t.UnknownRecord),
  },
  'HostRehearsal',
);
export type HostRehearsal = t.TypeOf<typeof HostRehearsal>;

export const RehearsalAnswer = t.type(
  {
    asOf: AsOf,
    /** The time that certificates, exceptions and ages were judged at. */
    judgedAt: t.string,
    /** Hosts that are not retired. */
    hostCount: t.number,
    hosts: t.readonlyArray(HostRehearsal),
    nextCursor: orNull(t.number),
  },
  'RehearsalAnswer',
);
