import type { Place } from '../../domain/ledger/chain.js';
import type { EventUnreadable } from '../../domain/ledger/load-stream.js';
import { newerEventText } from '../text/ledger-fault-text.js';
import type { LedgerError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in LedgerError['_tag']]: (error: Extract<LedgerError, { readonly _tag: Tag }>) => Problem;
};

const ADVICE = 'Stop writing, keep the folder as it is, and run sekisho verify.';

const damaged = (where: string, rule: string): Problem =>
  problem(500, 'LedgerDamaged', 'The ledger is damaged', `${where}: ${rule}. ${ADVICE}`);

const at = ({ index, stream, revision }: Place): string =>
  `entry ${String(index)} (${stream} revision ${String(revision)})`;

/** The chain's own words for what is wrong at a place. */
const chain =
  (rule: string) =>
  (error: { readonly at: Place }): Problem =>
    damaged(at(error.at), rule);

const broken = (what: string): Problem => problem(500, 'Unexpected', 'Unexpected failure', what);

/** What a newer version wrote is no damage: this node is what is too old. */
const unreadable = (error: EventUnreadable): Problem => {
  const newer = newerEventText(error);
  return newer === undefined
    ? damaged(at(error.at), 'holds an event that this program does not know')
    : problem(503, 'EventUnknown', 'This node is too old', `${newer}.`);
};

/** What the store or the ledger's checks found. Nothing of it is the caller's fault, and nothing was written. */
export const LEDGER_PROBLEMS: Table = {
  StoreDamaged: ({ where, rule }) => damaged(where, rule),
  StoreUnavailable: () =>
    problem(
      503,
      'StoreUnavailable',
      'Store not available',
      'The ledger can not be reached; the same request may be sent again.',
      {
        retryAfterSeconds: 1,
      },
    ),
  SignerUnavailable: () =>
    problem(
      503,
      'SignerUnavailable',
      'Nothing can be signed',
      'The signing key can not be used at the moment, so nothing was recorded; the same request may be sent again.',
      { retryAfterSeconds: 5 },
    ),
  StoreRefused: ({ what, rule }) => problem(422, 'StoreRefused', 'Can not be stored', `${what}: ${rule}.`),
  Conflict: ({ stream }) =>
    problem(409, 'Conflict', 'Changed meanwhile', `${stream} changed meanwhile; send the same request again.`),
  TooManyConflicts: ({ stream }) =>
    problem(409, 'Conflict', 'Changed meanwhile', `${stream} changed again and again; send the same request later.`),
  EntryTooLarge: chain('is larger than an entry may be'),
  NotCanonical: chain('is not in canonical form'),
  DuplicateKey: chain('has a key twice'),
  EnvelopeInvalid: chain('is not an envelope'),
  ForeignStream: chain('belongs to another stream'),
  RevisionGap: chain('does not follow the revision before it'),
  PreviousMismatch: chain('does not continue the chain'),
  TimeWentBack: chain('is older than the entry before it'),
  IdMismatch: chain('has an id that does not follow from its command'),
  UnknownKey: chain('is signed with a key that the authority never introduced'),
  KeyNotValidHere: chain('is signed with a key that was not in use there'),
  SignatureInvalid: chain('has a signature that does not fit'),
  EventUnreadable: unreadable,
  StreamTooShort: ({ stream, wanted, actual }) =>
    damaged(stream, `ends at revision ${String(actual)}, before ${String(wanted)}`),
  DocumentMissing: ({ digest }) => damaged(`document ${digest}`, 'is missing from the evidence store'),
  DocumentUnreadable: ({ digest, rule }) => damaged(`document ${digest}`, rule),
  VerificationBroken: ({ detail }) => broken(`The check ended before all was checked: ${detail}.`),
  AppraiserUnknown: ({ version }) => broken(`This program has no appraiser of version ${String(version)}.`),
  EventRefused: ({ type }) => broken(`An event of type ${type} does not fit its own codec.`),
  EntryNotCanonical: ({ type }) => broken(`An event of type ${type} has no canonical form.`),
  EntryInvalid: ({ type }) => broken(`An event of type ${type} makes no envelope.`),
  EntryOversize: ({ type, size, most }) =>
    problem(
      422,
      'EntryOversize',
      'Too large to record',
      `${type} would take ${String(size)} bytes, at most ${String(most)} fit.`,
    ),
};
