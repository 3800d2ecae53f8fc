import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { authenticator } from '../../../adapters/access/authenticate.js';
import { type EarlierToken, readEarlierTokens } from '../../../adapters/access/earlier-tokens.js';
import { bringTokensToLedger } from '../../../adapters/access/take-over-tokens.js';
import { digestOfToken, newToken } from '../../../adapters/access/tokens.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { currentAccess } from '../../../domain/access/access-stream.js';
import { withdrawOperator } from '../../../domain/access/change-operators.js';
import { issueToken } from '../../../domain/access/change-tokens.js';
import { asks, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const tokenOf = (seed: number): string => newToken((size) => new Uint8Array(size).fill(seed));
const digestOf = (seed: number): string => digestOfToken(nodeHashing, tokenOf(seed));
const earlier = (subject: string, role: EarlierToken['role'], seed: number): EarlierToken => ({
  sha256: digestOf(seed),
  subject,
  role,
  createdAt: '2026-11-01T00:00:00.000Z',
});

/** As a node of an older version left it: roles in the ledger, tokens in its file. */
const TOKENS = [earlier('alice', 'trust-administrator', 1), earlier('wendy', 'workload-administrator', 2)];

const oldNode = async (tokens: ReadonlyArray<EarlierToken> = TOKENS) => {
  const authority = await openTestAuthority();
  const file = join(temporaryFolder(), 'tokens.json');
  writeFileSync(file, JSON.stringify({ version: 1, tokens }));
  return { authority, file };
};

const open = async (authority: TestAuthority, file: string) => {
  const tokens = right(await readEarlierTokens(file)());
  const verify = () => Promise.reject(new Error('no token of ours is any of an issuer'));
  const authenticate = authenticator(authority.deps, tokens, verify);
  const bring = async (shared: boolean) =>
    right(await bringTokensToLedger(authority.deps, { file, tokens, authority: 'kid', shared })());
  const letsIn = async (seed: number): Promise<string | undefined> => {
    const answer = await authenticate({ token: tokenOf(seed) });
    return answer._tag === 'Right' ? answer.right.subject : undefined;
  };
  return { bring, letsIn };
};

const size = async ({ deps }: TestAuthority) => right(await deps.store.size()());

describe("tokens of a node's file from before tokens were in the ledger", () => {
  it('open what they opened, without a change', async () => {
    const { authority, file } = await oldNode();
    const before = await size(authority);
    const { letsIn } = await open(authority, file);
    expect([await letsIn(1), await letsIn(2), await letsIn(3)]).toEqual(['alice', 'wendy', undefined]);
    expect(await size(authority)).toBe(before);
  });

  it('are brought to the ledger, which knows them without the file from then on', async () => {
    const { authority, file } = await oldNode();
    await (await open(authority, file)).bring(false);
    expect(existsSync(file)).toBe(false);
    const { letsIn } = await open(authority, file);
    expect([await letsIn(1), await letsIn(2), await letsIn(3)]).toEqual(['alice', 'wendy', undefined]);
    expect(right(await currentAccess(authority.deps)()).state.tokens.held.size).toBe(2);
  });

  it('stay in the file while nodes of an older version may read the ledger, and go when one of this version issued another', async () => {
    const { authority, file } = await oldNode();
    const before = await size(authority);
    await (await open(authority, file)).bring(true);
    expect([existsSync(file), await size(authority)]).toEqual([true, before]);
    const token = { sha256: digestOf(9), expires: null };
    right(await issueToken(authority.deps)({ ...asks('bob'), subject: 'bob', token, vouchedBy: undefined })());
    await (await open(authority, file)).bring(true);
    const { letsIn } = await open(authority, file);
    expect([existsSync(file), await letsIn(1), await letsIn(9)]).toEqual([false, 'alice', 'bob']);
  });

  it('of two nodes both count, each known to the other when it was brought', async () => {
    const { authority, file } = await oldNode();
    const other = join(temporaryFolder(), 'tokens.json');
    writeFileSync(other, JSON.stringify({ version: 1, tokens: [earlier('alice', 'trust-administrator', 4)] }));
    await (await open(authority, file)).bring(false);
    await (await open(authority, other)).bring(true);
    const { letsIn } = await open(authority, file);
    expect([await letsIn(1), await letsIn(4)]).toEqual(['alice', 'alice']);
  });

  it('are over with the role, and with the next token, whatever the file says', async () => {
    const { authority, file } = await oldNode([...TOKENS, earlier('arthur', 'trust-administrator', 3)]);
    right(await withdrawOperator(authority.deps)({ ...asks('alice'), subject: 'wendy', reason: 'left' })());
    const token = { sha256: digestOf(9), expires: null };
    right(await issueToken(authority.deps)({ ...asks('alice'), subject: 'alice', token, vouchedBy: undefined })());
    const node = await open(authority, file);
    expect([await node.letsIn(1), await node.letsIn(2), await node.letsIn(3)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const before = await size(authority);
    await node.bring(false);
    expect([await size(authority), existsSync(file)]).toEqual([before, false]);
  });

  it('more than fit into one command are all brought', async () => {
    const tokens = Array.from({ length: 250 }, (_, i) => ({
      ...earlier('alice', 'trust-administrator', 1),
      sha256: i.toString(16).padStart(64, '0'),
    }));
    const { authority, file } = await oldNode(tokens);
    await (await open(authority, file)).bring(false);
    expect(right(await currentAccess(authority.deps)()).state.tokens.held.size).toBe(250);
  });

  it.each(['{', '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"sha256":"00"}]}'])(
    'are none of a file that says %s: it is refused',
    async (text) => {
      const file = join(temporaryFolder(), 'tokens.json');
      writeFileSync(file, text);
      expect(left(await readEarlierTokens(file)())).toMatchObject({ _tag: 'FileFault', file });
    },
  );
});
