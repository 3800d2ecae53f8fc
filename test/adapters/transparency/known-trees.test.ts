import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder } from '../../../adapters/authority/data-folder.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { type KnownTree } from '../../../domain/ledger/audit.js';
import { verifyLedger } from '../../../domain/ledger/verify-ledger.js';
import { eventfulAuthority, logOf } from '../../support/bundle.js';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-trees-'));
let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority();
  await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'h' } });
  await authority.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What verifying a copy of the folder finds after it was tampered with. */
const found = async (
  name: string,
  tamper: (files: ReturnType<typeof dataFolder>) => void,
): Promise<ReadonlyArray<string>> => {
  const dir = join(folder, name);
  cpSync(authority.dir, dir, { recursive: true });
  tamper(dataFolder(dir));
  const { out } = await run('verify', '--dir', dir, '--json');
  return JSON.parse(out).faults.map(({ rule }: { readonly rule: string }) => rule);
};

describe('verifying a whole store', () => {
  it('holds it against what the log signed and published, and finds both the same', async () => {
    expect(await found('whole', () => undefined)).toEqual([]);
  });

  it('names a record that is gone, a checkpoint that was changed, and one of a stranger', async () => {
    expect(await found('gone', ({ logRecord }) => rmSync(logRecord, { recursive: true }))).toEqual(['RecordMissing']);
    const edit = (file: string): void => writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\d+\n/, '\n7\n'));
    expect(await found('edited', ({ logTiles }) => edit(join(logTiles, 'checkpoint')))).toEqual([
      'CheckpointUnreadable',
    ]);
    const record = ({ logRecord }: ReturnType<typeof dataFolder>): void =>
      readdirSync(logRecord).forEach((name) => edit(join(logRecord, name)));
    expect(await found('record', record)).toEqual(['CheckpointUnreadable']);
  });

  it('holds it against older checkpoints that witnesses cosigned, and names what is none', async () => {
    const keep = (text: (published: string) => string) =>
      found('cosigned', ({ logTiles, logCosigned }) =>
        writeFileSync(logCosigned, text(readFileSync(join(logTiles, 'checkpoint'), 'base64'))),
      );
    expect(await keep((published) => `${published}\n`)).toEqual([]);
    expect(await keep((published) => `${published}\nbm9uZQ==\nbm9uZQ==\n`)).toEqual(['CheckpointUnreadable']);
  });

  it('names a signed tree that the entries do not make, or that is of more entries than there are', async () => {
    const history = await eventfulAuthority();
    const { size, root } = (await logOf(history)).published.checkpoint;
    const check = async (tree: Omit<KnownTree, 'which'>): Promise<ReadonlyArray<unknown>> => {
      const options = { pinned: null, head: undefined, mostFaults: 5, trees: [{ which: 'signed' as const, ...tree }] };
      return right(await verifyLedger(history.deps, options)()).faults;
    };
    expect(await check({ size, root: toHex(root) })).toEqual([]);
    expect(await check({ size: size - 1, root: toHex(root) })).toEqual([
      { _tag: 'CheckpointRootMismatch', which: 'signed', size: size - 1 },
    ]);
    expect(await check({ size: size + 1, root: toHex(root) })).toEqual([
      { _tag: 'CheckpointAhead', which: 'signed', size: size + 1, store: size },
    ]);
  });
});
