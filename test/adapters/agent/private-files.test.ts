import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentState, readState, stateFolder, writeState } from '../../../adapters/agent/agent-state.js';
import { readCapped, replaceFile, withPrivateFolder } from '../../../adapters/agent/private-files.js';

const STATE: AgentState = {
  version: 1,
  authority: 'https://authority.example',
  host: 'host-1',
  attestationKeyKind: 'rsassa',
  endorsementKeyKind: 'rsa2048',
  akPublic: 'AAAA',
  akPrivate: 'AAAA',
  akName: '000b',
  certified: true,
};

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

describe('the files of the agent', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are read up to their cap and refused beyond it', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'four');
    expect(right(await readCapped(file, 4)())).toHaveLength(4);
    expect(await readCapped(file, 3)()).toEqual(E.left({ _tag: 'FileFault', file, rule: 'must be at most 3 bytes' }));
  });

  it('are read whole where the kernel tells no size', async () => {
    expect(right(await readCapped('/proc/self/status', 65_536)()).length).toBeGreaterThan(0);
  });

  it('are replaced whole, for their user alone, with no draft left', async () => {
    const file = join(folder, 'file');
    right(await replaceFile(file, Buffer.from('first'))());
    right(await replaceFile(file, Buffer.from('second'))());
    expect(await readFile(file, 'utf8')).toBe('second');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('pass between tools in a folder that is gone afterwards, also after a failure', async () => {
    const seen: Array<string> = [];
    const look = (path: string): TE.TaskEither<never, number> =>
      TE.fromTask(async () => {
        seen.push(path);
        return (await stat(path)).mode & 0o777;
      });
    expect(right(await withPrivateFolder(look)())).toBe(0o700);
    await withPrivateFolder((path) => {
      seen.push(path);
      return TE.left({ _tag: 'AttestationKeyLost' });
    })();
    for (const path of seen) await expect(stat(path)).rejects.toThrow('ENOENT');
    expect(seen).toHaveLength(2);
  });

  it('keep the state as it was written', async () => {
    const where = right(await stateFolder(join(folder, 'new'))());
    expect(right(await readState(where)())).toBeUndefined();
    right(await writeState(where, STATE)());
    expect(right(await readState(where)())).toEqual(STATE);
  });

  it.each([
    ['', '(document)'],
    ['{', ''],
    ['{"version":2}', 'version'],
    [JSON.stringify({ ...STATE, more: 1 }), ''],
    [JSON.stringify({ ...STATE, akPublic: 'no base64' }), 'akPublic'],
  ])('name what is wrong with a damaged state and leave it alone: %s', async (text, field) => {
    const where = right(await stateFolder(folder)());
    await writeFile(where.state, text);
    const result = await readState(where)();
    expect(result).toMatchObject(E.left({ _tag: 'FileFault', file: where.state }));
    if (E.isLeft(result) && result.left._tag === 'FileFault' && field !== '(document)')
      expect(result.left.rule).toContain(field);
    expect(await readFile(where.state, 'utf8')).toBe(text);
  });
});
