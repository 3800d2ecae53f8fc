import { type Attacker, malleated, recordsOf, renumber, signedBy } from './attackers.js';

/** Folders that an attacker has besides. */
export interface Folders {
  /** The authority as it is. */
  readonly now: string;
  /** The same authority some entries ago. */
  readonly early: string;
  /** Begun from `early`, with the same keys, and another history since. */
  readonly other: string;
  /** What an auditor took away on the way from `early` to `now`. */
  readonly taken: string;
}

export interface Attack {
  readonly what: string;
  readonly attack: (attacker: Attacker, folders: Folders) => void;
  /** Rules that `sekisho verify` names; none: it sees nothing. */
  readonly verify: ReadonlyArray<string>;
  /** The code that starting refuses with; without: it starts. */
  readonly start?: string;
  /** The code that an auditor gets who goes on with an export of before, where the authority starts. */
  readonly auditor?: string;
  /** What `sekisho replay` says of the verdicts, where it is the one to see it. */
  readonly replay?: string;
  /** What starting makes again from the ledger, so that the edit is without effect: the file that was edited. */
  readonly healed?: (size: number) => string;
}

const GOOD = 'host/web-1';
const BAD = 'host/web-2';
const RECORD = 'log/record';

const newest = ({ size }: Attacker): number => size() - 1;
const lastByte = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.map((byte, i) => (i === bytes.length - 2 ? byte ^ 1 : byte)));

/** Takes its place at the end of web-1's stream, as the next event there. */
const continued = (attacker: Attacker, change: (text: string) => string): void => {
  const from = attacker.indexOf(GOOD, 3);
  const at = attacker.size();
  const text = change(attacker.textAt(from).replace('"revision":3', '"revision":4'));
  const id = Buffer.from((/"id":"([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('-', ''), 'hex');
  id[0] = (id[0] ?? 0) ^ 1;
  attacker.sql('INSERT INTO entries VALUES (?, ?, 4, ?, ?)', at, GOOD, id, Buffer.from(text));
};

const entries: ReadonlyArray<Attack> = [
  {
    what: 'edit: a refusal becomes an attestation',
    attack: (a) => a.rewrite(a.indexOf(BAD, 2), (text) => text.replace('"AttestationRefused"', '"HostAttested"')),
    verify: ['SignatureInvalid', 'PreviousMismatch', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    start: 'StoreDiffers',
  },
  {
    what: 'edit: the time of the newest entry',
    attack: (a) => a.rewrite(newest(a), (text) => text.replace('"recordedAt":"2', '"recordedAt":"3')),
    verify: ['SignatureInvalid', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    start: 'StoreDiffers',
  },
  {
    what: 'delete: an entry is gone, those behind it numbered anew',
    attack: (a) => {
      const at = a.indexOf(BAD, 2);
      a.sql('DELETE FROM entries WHERE idx = ?', at);
      renumber(a, at + 1, -1);
    },
    verify: ['RevisionGap', 'StoreTruncated', 'CheckpointAhead'],
    start: 'LedgerDamaged',
  },
  {
    what: 'index gap: an entry is gone',
    attack: (a) => a.sql('DELETE FROM entries WHERE idx = ?', a.indexOf(BAD, 2)),
    verify: ['LedgerDamaged'],
    start: 'LedgerDamaged',
  },
  {
    what: 'swap: two verdicts change places',
    attack: (a) => {
      const [one, two] = [a.indexOf(GOOD, 2), a.indexOf(GOOD, 3)];
      const [first, second] = [a.textAt(one), a.textAt(two)];
      a.rewrite(one, () => second);
      a.rewrite(two, () => first);
    },
    verify: ['RevisionGap', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'insert: an old verdict once more, at the end of its stream',
    attack: (a) => continued(a, (text) => text),
    verify: ['PreviousMismatch'],
    start: 'LedgerDamaged',
  },
  {
    what: 'truncate: the newest entries are cut off',
    attack: (a) => a.sql('DELETE FROM entries WHERE idx >= ?', a.indexOf('host/web-3', 0)),
    verify: ['StoreTruncated', 'CheckpointAhead'],
    start: 'LedgerDamaged',
  },
  {
    what: 'truncate, and the head and its record taken away',
    attack: (a) => {
      a.sql('DELETE FROM entries WHERE idx >= ?', a.indexOf('host/web-3', 0));
      a.remove('ledger.db.head');
      a.remove(RECORD);
    },
    verify: ['CheckpointAhead', 'RecordMissing', 'HeadMissing'],
    start: 'RecordMissing',
  },
  {
    what: 'wrong key: a verdict signed with a key of somebody else',
    attack: (a) => a.rewrite(a.indexOf(GOOD, 3), signedBy(9)),
    verify: ['UnknownKey', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'malleated signature: S + L for S',
    attack: (a) => a.rewrite(a.indexOf(GOOD, 3), malleated),
    verify: ['SignatureInvalid', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'non-canonical entry: a space',
    attack: (a) => a.rewrite(a.indexOf(GOOD, 3), (text) => text.replace('"data":', '"data": ')),
    verify: ['NotCanonical', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'duplicate key in JSON',
    attack: (a) => a.rewrite(a.indexOf(GOOD, 3), (text) => text.replace('"data":', '"data":{},"data":')),
    verify: ['DuplicateKey', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'foreign stream: an event of web-1 stands in for one of web-2',
    attack: (a) => a.rewrite(a.indexOf(BAD, 3), () => a.textAt(a.indexOf(GOOD, 3))),
    verify: ['ForeignStream', 'HeadRootMismatch', 'CheckpointRootMismatch'],
    auditor: 'ResourceDamaged',
  },
  {
    what: 'foreign stream: a whole stream under another name',
    attack: (a) => a.sql("UPDATE entries SET stream = 'host/web-9' WHERE stream = ?", BAD),
    verify: ['ForeignStream'],
  },
];

const oldFiles: ReadonlyArray<Attack> = [
  {
    what: 'replay: the old database',
    attack: (a, { early }) => a.putBack(early, 'ledger.db'),
    verify: ['StoreTruncated', 'CheckpointAhead'],
    start: 'LedgerDamaged',
  },
  {
    what: 'replay: the old database and the old head',
    attack: (a, { early }) => a.putBack(early, 'ledger.db', 'ledger.db.head'),
    verify: ['CheckpointAhead'],
    start: 'StoreShorter',
  },
  {
    what: 'replay: the old database, head and record',
    attack: (a, { early }) => a.putBack(early, 'ledger.db', 'ledger.db.head', RECORD),
    verify: ['CheckpointAhead', 'RecordRolledBack'],
    start: 'RecordRolledBack',
  },
  {
    what: 'replay: the whole folder of some entries ago',
    attack: (a, { early }) => a.putBack(early, 'ledger.db', 'ledger.db.head', 'log', 'projections.db'),
    verify: [],
    auditor: 'ForeignFolder',
  },
  {
    what: "another history: a database that grew from an old copy, signed with the authority's own keys",
    attack: (a, { other }) => a.putBack(other, 'ledger.db', 'ledger.db.head'),
    verify: ['CheckpointRootMismatch', 'ReadModelRowAdded', 'ReadModelRowMissing', 'ReadModelRowChanged'],
    start: 'StoreDiffers',
  },
  {
    what: 'another history: the whole folder',
    attack: (a, { other }) => a.putBack(other, 'ledger.db', 'ledger.db.head', 'log', 'projections.db'),
    verify: [],
    auditor: 'ForeignFolder',
  },
];

const beside: ReadonlyArray<Attack> = [
  {
    what: 'rolled-back checkpoint record: an old one put back',
    attack: (a, { early }) => a.putBack(early, RECORD),
    verify: ['RecordRolledBack'],
    start: 'RecordRolledBack',
  },
  {
    what: 'checkpoint record: gone',
    attack: (a) => a.remove(RECORD),
    verify: ['RecordMissing'],
    start: 'RecordMissing',
  },
  {
    what: 'checkpoint record: edited',
    attack: (a) => a.file(`${RECORD}/${recordsOf(a.dir).at(-1) ?? ''}`, lastByte),
    verify: ['CheckpointUnreadable'],
    start: 'RecordUnreadable',
  },
  {
    what: 'published checkpoint: edited',
    attack: (a) => a.file('log/tiles/checkpoint', lastByte),
    verify: ['CheckpointUnreadable'],
    healed: () => 'log/tiles/checkpoint',
  },
  {
    what: 'tile: edited',
    attack: (a) => a.file(`log/tiles/tile/0/000.p/${String(a.size())}`, lastByte),
    verify: [],
    healed: (size) => `log/tiles/tile/0/000.p/${String(size)}`,
  },
  {
    what: 'head: edited',
    attack: (a) => a.file('ledger.db.head', (bytes) => Buffer.from(bytes.toString().replace(/"size":\d+/, '"size":3'))),
    verify: ['HeadRootMismatch', 'HeadSignatureInvalid'],
    start: 'LedgerDamaged',
  },
  {
    what: 'head: gone',
    attack: (a) => a.remove('ledger.db.head'),
    verify: ['HeadMissing'],
  },
  {
    what: 'evidence: one byte of a boot log',
    attack: (a) =>
      a.sql("UPDATE blobs SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB) WHERE size > 4096"),
    verify: [],
    replay: 'EvidenceDamaged',
  },
  {
    what: 'evidence: gone',
    attack: (a) => a.sql('DELETE FROM blobs WHERE size > 4096'),
    verify: [],
    replay: 'EvidenceMissing',
  },
];

const NEWEST_OF_BAD =
  "projection = 0 AND key = 'host/web-2' AND from_index = (SELECT max(from_index) FROM versions WHERE projection = 0 AND key = 'host/web-2')";

const readModels: ReadonlyArray<Attack> = [
  {
    what: 'read model: a refused host is shown as trusted now',
    attack: (a) =>
      a.modelsSql(
        "UPDATE current SET row = (SELECT row FROM current WHERE projection = 0 AND key = 'host/web-1') WHERE projection = 0 AND key = 'host/web-2'",
      ),
    verify: ['ReadModelRowChanged'],
  },
  {
    what: 'read model: a verdict of then is another one',
    attack: (a) =>
      a.modelsSql(
        `UPDATE versions SET row = (SELECT row FROM versions WHERE key = 'host/web-1' ORDER BY from_index DESC LIMIT 1) WHERE ${NEWEST_OF_BAD}`,
      ),
    verify: ['ReadModelRowChanged'],
  },
  {
    what: 'read model: a verdict of then is gone',
    attack: (a) => a.modelsSql(`DELETE FROM versions WHERE ${NEWEST_OF_BAD}`),
    verify: ['ReadModelRowMissing'],
  },
  {
    what: 'read model: an operator that nobody granted',
    attack: (a) =>
      a.modelsSql("INSERT INTO current SELECT projection, 'mallory', row FROM current WHERE key = 'alice'"),
    verify: ['ReadModelRowAdded'],
  },
  {
    what: 'read model: when the ledger reached its newest entries is gone',
    attack: (a) => a.modelsSql('DELETE FROM times WHERE first = (SELECT max(first) FROM times)'),
    verify: ['ReadModelRowMissing'],
  },
];

export const ATTACKS: ReadonlyArray<Attack> = [...entries, ...oldFiles, ...beside, ...readModels];
