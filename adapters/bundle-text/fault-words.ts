import type { BundleFault } from '../../domain/bundle/bundle-fault.js';
import type { PolicyRefusal } from '../../domain/transparency/policy-check.js';
import { ledgerFaultText } from '../text/ledger-fault-text.js';

const refusalWords = (refusal: PolicyRefusal): string => {
  switch (refusal._tag) {
    case 'Malformed':
      return `the checkpoint is malformed (${refusal.field} ${refusal.rule})`;
    case 'SignatureInvalid':
      return `the signature of ${refusal.name} on the checkpoint does not fit`;
    case 'NoKnownSignature':
    case 'LogSignatureMissing':
      return 'the checkpoint is not signed with the key that you gave';
    case 'AmbiguousKeys':
      return `two of the keys that you gave can not be told apart (${refusal.name}+${refusal.keyId})`;
    case 'UnknownLog':
      return `the checkpoint is of another log (${refusal.origin})`;
    case 'QuorumMissing':
      return `too few of the witnesses that your policy asks for have cosigned (${refusal.cosignedBy.join(', ') || 'none'})`;
  }
};

const chainWords = (fault: BundleFault): string =>
  ledgerFaultText('index' in fault ? { ...fault, where: `entry ${String(fault.index)}` } : fault);

type Own = Extract<
  BundleFault,
  {
    readonly _tag:
      | 'AnotherAuthority'
      | 'CheckpointRefused'
      | 'NotInTree'
      | 'HostMissing'
      | 'HeadContradicted'
      | 'PeriodCut'
      | 'BlobDamaged'
      | 'BlobNotNamed'
      | 'BasisMissing'
      | 'VerdictDiffers'
      | 'HeadsKeyUnknown'
      | 'HeadsSignatureInvalid'
      | 'HeadsOfAnotherTree';
  }
>;

const ownWords = (fault: Own): string => {
  switch (fault._tag) {
    case 'AnotherAuthority':
      return `the key is of the authority ${fault.believed}, and this ledger was founded by ${fault.found}`;
    case 'CheckpointRefused':
      return refusalWords(fault.refusal);
    case 'NotInTree':
      return `the signed tree of ${String(fault.size)} entries does not hold exactly these entries at these places`;
    case 'HostMissing':
      return `there is no event of host ${fault.host}`;
    case 'HeadContradicted':
      return `the authority signed that ${fault.stream} ends at revision ${String(fault.stated)}, and revision ${String(fault.listed)} is here`;
    case 'PeriodCut':
      return `events of ${fault.stream} before revision ${String(fault.revision)} are missing, and may be of the period`;
    case 'BlobDamaged':
      return `evidence ${fault.sha256} is not what its digest says`;
    case 'BlobNotNamed':
      return `evidence ${fault.sha256} belongs to nothing that is proved here`;
    case 'BasisMissing':
      return `${ledgerFaultText({ _tag: 'verdict', at: fault.at })}: the reference values that it names (${fault.stream} revision ${String(fault.revision)}) are not here`;
    case 'HeadsKeyUnknown':
      return `the statement on where streams end names a key (${fault.kid}) that was not in use for events of this authority`;
    case 'HeadsSignatureInvalid':
      return `the statement on where streams end was not signed with the key that it names (${fault.kid}), or was changed since`;
    case 'HeadsOfAnotherTree':
      return `the statement on where streams end is about another tree (${String(fault.size)} entries) than the checkpoint`;
    case 'VerdictDiffers':
      return `${ledgerFaultText({ _tag: 'verdict', at: fault.at })}: made again, it differs or can not be made (${fault.fields})`;
  }
};

const OWN: ReadonlySet<BundleFault['_tag']> = new Set<Own['_tag']>([
  'AnotherAuthority',
  'CheckpointRefused',
  'NotInTree',
  'HostMissing',
  'HeadContradicted',
  'PeriodCut',
  'BlobDamaged',
  'BlobNotNamed',
  'BasisMissing',
  'VerdictDiffers',
  'HeadsKeyUnknown',
  'HeadsSignatureInvalid',
  'HeadsOfAnotherTree',
]);

const isOwn = (fault: BundleFault): fault is Own => OWN.has(fault._tag);

/** One line for people that names the failing item. */
export const faultWords = (fault: BundleFault): string => (isOwn(fault) ? ownWords(fault) : chainWords(fault));
