import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { AuthorityRead } from './authority.js';
import type { Authority, BootLogFinding, SignatureEntry } from './claims.js';

/** The names that an entry of db or dbx has if it is this authority, or revokes what the authority signs. */
interface Named {
  readonly read: AuthorityRead;
  readonly entry: string;
  readonly revocation: string | undefined;
}

const REVOCATION = 'x509-sha256';

/** Hashing what each certificate signs is only worth it where dbx has an entry of that kind. */
const named = (hashing: Hashing, reads: ReadonlyArray<AuthorityRead>, revokes: boolean): ReadonlyArray<Named> =>
  reads.map((read) => ({
    read,
    entry: `${read.entryKind} ${read.claim.sha256}`,
    revocation:
      revokes && read.toBeSigned !== undefined
        ? `${REVOCATION} ${toHex(hashing.hash('sha256', read.toBeSigned))}`
        : undefined,
  }));

/** Which of the wanted names a list has. Lists and authorities may be long and are a host's to choose: each is walked once. */
const present = (entries: ReadonlyArray<SignatureEntry>, wanted: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(entries.map(({ kind, sha256 }) => `${kind} ${sha256}`).filter((name) => wanted.has(name)));

const findingsOf = ({ read, entry, revocation }: Named, claim: Authority, dbx: ReadonlySet<string>) => {
  const at = { pcr: 7, event: claim.event };
  const found: Array<BootLogFinding> = read.isDb && !claim.inDb ? [{ code: 'AuthorityNotInDb', ...at }] : [];
  if (dbx.has(entry) || (revocation !== undefined && dbx.has(revocation)))
    found.push({ code: 'ForbiddenByDbx', ...at, detail: claim.subject ?? claim.sha256 });
  return found;
};

/** An authority of the firmware's db must be in it, and none may be in dbx, by certificate or by what it signs. */
export const judgeAuthorities = (
  hashing: Hashing,
  reads: ReadonlyArray<AuthorityRead>,
  db: ReadonlyArray<SignatureEntry>,
  dbx: ReadonlyArray<SignatureEntry>,
): { readonly authorities: ReadonlyArray<Authority>; readonly findings: ReadonlyArray<BootLogFinding> } => {
  if (reads.length === 0) return { authorities: [], findings: [] };
  const all = named(
    hashing,
    reads,
    dbx.some(({ kind }) => kind === REVOCATION),
  );
  const wanted = new Set(
    all.flatMap(({ entry, revocation }) => (revocation === undefined ? [entry] : [entry, revocation])),
  );
  const [allowed, forbidden] = [present(db, wanted), present(dbx, wanted)];
  const judged = all.map((one) => {
    const claim: Authority = { ...one.read.claim, inDb: one.read.isDb && allowed.has(one.entry) };
    return { claim, findings: findingsOf(one, claim, forbidden) };
  });
  return { authorities: judged.map(({ claim }) => claim), findings: judged.flatMap(({ findings }) => findings) };
};
