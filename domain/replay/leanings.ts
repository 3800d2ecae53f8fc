import type { HostEvent } from '../host/events.js';
import type { CertifiedKey } from '../host/state.js';
import type { Recorded } from '../ledger/envelope.js';
import { vendorName } from '../tpm/tpm-identity.js';
import { basisOf, type VerdictEvent } from './history.js';
import type { Leaning, Suspect } from './suspect.js';
import type { WhoVouched } from './who-vouched.js';

/** What is known of a host when it is judged. */
export interface JudgedHost {
  readonly host: string;
  readonly key: CertifiedKey | undefined;
  readonly enrolledBy: string | undefined;
  /** Who ended its last quarantine. */
  readonly releasedBy: string | undefined;
}

export const unjudgedHost = (host: string): JudgedHost => ({
  host,
  key: undefined,
  enrolledBy: undefined,
  releasedBy: undefined,
});

/** Everything but verdicts and releases. */
export const evolveJudgedHost = (known: JudgedHost, { event, actor }: Recorded<HostEvent>): JudgedHost => {
  switch (event.type) {
    case 'HostEnrolled':
      return { ...known, enrolledBy: actor.subject };
    case 'AttestationKeyCertified':
      return { ...known, key: event.data };
    case 'HostReleased':
      return { ...known, releasedBy: actor.subject };
    case 'EndorsementKeyReplaced':
      return { ...known, key: undefined };
    case 'HostAttested':
    case 'AttestationRefused':
    case 'HostQuarantined':
    case 'HostRetired':
    case 'ForeignEvidenceSummarised':
    case 'RelayedReportAppraised':
    case 'HostJoined':
    case 'HostLeft':
    case 'AppliedConfigObserved':
    case 'KeyReleaseAuthorised':
    case 'KeyReleaseRefused':
    case 'KeyDelivered':
    case 'KeyDeliveryFailed':
      return known;
  }
};

/** An operator's hand in what the verdict was made by. */
const byOperator = (
  subject: string,
  who: WhoVouched,
  { key, enrolledBy, releasedBy }: JudgedHost,
  { basis, event }: { readonly basis: number; readonly event: VerdictEvent },
): ReadonlyArray<Leaning> => {
  const { image, reliedOn } = event.data.record;
  const hands: ReadonlyArray<readonly [string | undefined, Leaning]> = [
    [image === null ? undefined : who.proposer(image.digest, basis), 'image-proposed-by-them'],
    [image === null ? undefined : who.approver(image.digest, basis), 'image-approved-by-them'],
    [reliedOn.tpmCa === null ? undefined : who.ofTpmCa(reliedOn.tpmCa, basis), 'ca-trusted-by-them'],
    [key === undefined ? undefined : who.ofEndorsementKey(key.endorsementKey, basis), 'key-listed-by-them'],
    [who.ofPolicy(basis), 'policy-set-by-them'],
    [enrolledBy, 'host-enrolled-by-them'],
    [releasedBy, 'host-released-by-them'],
  ];
  return hands.flatMap(([hand, leaning]) => (hand === subject ? [leaning] : []));
};

const when = (is: boolean, leaning: Leaning): ReadonlyArray<Leaning> => (is ? [leaning] : []);

/** In what ways an affirming verdict leaned on the suspect; none: it would stand without it. */
export const leaningsOf = (
  suspect: Suspect,
  who: WhoVouched,
  host: JudgedHost,
  recorded: Recorded<VerdictEvent>,
): ReadonlyArray<Leaning> => {
  const { record } = recorded.event.data;
  const { key } = host;
  switch (suspect.kind) {
    case 'base-image':
      return when(record.image?.version === suspect.version, 'booted-it');
    case 'tpm-ca':
      return when(record.reliedOn.tpmCa === suspect.name, 'chain-ends-there');
    case 'tpm-maker': {
      const { manufacturer, model } = suspect;
      const said = key?.tpm?.manufacturer ?? '';
      const isMaker = said === manufacturer || vendorName(said) === manufacturer;
      return when(isMaker && (model === undefined || key?.tpm?.model === model), 'tpm-of-that-maker');
    }
    case 'endorsement-key':
      return when(key?.endorsementKey === suspect.publicKeyDigest, 'has-that-key');
    case 'host':
      return when(host.host === suspect.host, 'is-it');
    case 'operator':
      return byOperator(suspect.subject, who, host, { basis: basisOf(recorded).revision, event: recorded.event });
    case 'signing-key':
      return when(recorded.kid === suspect.kid, 'signed-by-it');
  }
};
