import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EvidenceManifest } from '../appraisal/evidence-manifest.js';
import type { AttestationPolicy } from '../appraisal/policy.js';
import type { Json } from '../encoding/json.js';
import type { HostRejection } from '../host/commands.js';
import { type HostEvent, hostCatalogue } from '../host/events.js';
import { hostStream } from '../host/host-id.js';
import type { CertifiedKey } from '../host/state.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import { type LoadFault, loadStream } from '../ledger/load-stream.js';
import { type ReferenceEvent, referenceCatalogue } from '../reference/events.js';
import { evolveReference, noReferenceValues } from '../reference/state.js';
import type { Difference } from './difference.js';
import { basisOf, isVerdict, type VerdictEvent } from './history.js';
import type { ReplayDeps } from './replay-verdict.js';
import { verdictDocuments } from './verdict-documents.js';

/** Who did it, and which entry of the ledger says so. */
export interface Attributed {
  readonly by: string;
  readonly time: string;
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
}

/** A verdict with everything that it rests on, as far as the ledger and the evidence store know. */
export interface ExplainedVerdict {
  readonly host: string;
  readonly recorded: Recorded<VerdictEvent>;
  /** The claims document; null if it is gone or damaged, as `findings` say. */
  readonly claims: Json;
  readonly manifest: EvidenceManifest | null;
  readonly certification: (Attributed & { readonly key: CertifiedKey }) | null;
  readonly basis: { readonly stream: StreamId; readonly revision: number };
  readonly policy: { readonly policy: AttestationPolicy; readonly changed: Attributed | null };
  /** Who proposed and approved the image that was found. */
  readonly image: {
    readonly version: string;
    readonly digest: string;
    readonly proposed: Attributed | null;
    readonly approved: Attributed | null;
  } | null;
  readonly tpmCa: { readonly name: string; readonly trusted: Attributed | null } | null;
  readonly findings: ReadonlyArray<Difference>;
}

export type ExplainFault = LoadFault | HostRejection | { readonly _tag: 'VerdictUnknown'; readonly host: string };

const attributed = ({ actor, recordedAt, index, stream, revision }: Recorded): Attributed => ({
  by: actor.subject,
  time: recordedAt,
  index,
  stream,
  revision,
});

const lastOf = (
  events: ReadonlyArray<Recorded<ReferenceEvent>>,
  is: (event: ReferenceEvent) => boolean,
): Attributed | null => {
  const found = events.findLast(({ event }) => is(event));
  return found === undefined ? null : attributed(found);
};

type Leant = Pick<ExplainedVerdict, 'policy' | 'image' | 'tpmCa'>;

const leantOn = (events: ReadonlyArray<Recorded<ReferenceEvent>>, { event }: Recorded<VerdictEvent>): Leant => {
  const { image, reliedOn } = event.data.record;
  const ofImage = (type: ReferenceEvent['type']): Attributed | null =>
    lastOf(events, (each) => each.type === type && 'digest' in each.data && each.data.digest === image?.digest);
  const { policy } = events.reduce(evolveReference, noReferenceValues);
  return {
    policy: { policy, changed: lastOf(events, ({ type }) => type === 'AttestationPolicyChanged') },
    image:
      image === null
        ? null
        : { ...image, proposed: ofImage('BaseImageProposed'), approved: ofImage('BaseImageApproved') },
    tpmCa:
      reliedOn.tpmCa === null
        ? null
        : {
            name: reliedOn.tpmCa,
            trusted: lastOf(events, (each) => each.type === 'TpmCaTrusted' && each.data.name === reliedOn.tpmCa),
          },
  };
};

const certificationOf = (
  events: ReadonlyArray<Recorded<HostEvent>>,
  { revision }: Recorded<VerdictEvent>,
): ExplainedVerdict['certification'] => {
  for (const recorded of events.slice(0, revision).reverse()) {
    if (recorded.event.type === 'AttestationKeyCertified') return { ...attributed(recorded), key: recorded.event.data };
  }
  return null;
};

const pick = (
  host: string,
  events: ReadonlyArray<Recorded<HostEvent>>,
  revision: number | 'latest',
): E.Either<ExplainFault, Recorded<VerdictEvent>> => {
  if (events.length === 0) return E.left({ _tag: 'HostNotEnrolled' });
  const found = events.filter(isVerdict).findLast((each) => revision === 'latest' || each.revision === revision);
  return found === undefined ? E.left({ _tag: 'VerdictUnknown', host }) : E.right(found);
};

/** Verdict -> rules -> evidence -> reference values -> who approved them. */
export const explainVerdict =
  (deps: LedgerReader & ReplayDeps) =>
  (host: string, revision: number | 'latest'): TE.TaskEither<ExplainFault, ExplainedVerdict> =>
    pipe(
      TE.Do,
      TE.bind('events', () =>
        pipe(
          loadStream(deps)(hostCatalogue, hostStream(host)),
          TE.map(({ events }) => events),
        ),
      ),
      TE.bindW('recorded', ({ events }) => TE.fromEither(pick(host, events, revision))),
      TE.let('basis', ({ recorded }) => basisOf(recorded)),
      TE.bindW('reference', ({ basis }) =>
        basis.revision < 0
          ? TE.right({ events: [] as ReadonlyArray<Recorded<ReferenceEvent>> })
          : loadStream(deps)(referenceCatalogue, basis.stream, { upTo: basis.revision }),
      ),
      TE.bindW('documents', ({ recorded }) => verdictDocuments(deps, recorded)),
      TE.map(({ events, recorded, basis, reference, documents }) => ({
        host,
        recorded,
        basis,
        certification: certificationOf(events, recorded),
        ...leantOn(reference.events, recorded),
        ...documents,
      })),
    );
