import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder } from '../../../adapters/authority/data-folder.js';
import { makeBackup } from '../../../adapters/backup/make-backup.js';
import { type RestoreOptions, restoreBackup } from '../../../adapters/backup/restore-backup.js';
import { openKeyStore } from '../../../adapters/key-store/key-store.js';
import { openAuthority } from '../../../adapters/main.js';
import { type HttpAuthority, openHttpAuthority, PASSPHRASE } from '../../support/http-authority.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const AT = '2026-12-01T00:00:00.000Z';

const backedUp = async ({ dir }: HttpAuthority, withKeys = true): Promise<string> => {
  const target = join(temporaryFolder(), 'backup');
  const keys = right(await openKeyStore(dataFolder(dir).keys, PASSPHRASE)());
  right(await makeBackup({ dir, target, keys, withKeys, at: AT })());
  return target;
};

const restoring = (backup: string, options: Partial<RestoreOptions> = {}) => {
  const dir = join(temporaryFolder(), 'restored');
  const given = { checkpoint: undefined, policy: undefined, authority: undefined, forReading: false, ...options };
  return { dir, result: restoreBackup({ backup, dir, ...given })() };
};

const enrol = async ({ ask }: HttpAuthority, id: string): Promise<void> => {
  expect((await ask('POST', '/v1/hosts', { as: 'wendy', body: { id } })).statusCode).toBe(200);
};

const checkpointOf = async ({ ask }: HttpAuthority): Promise<Uint8Array> =>
  new Uint8Array((await ask('GET', '/checkpoint')).rawPayload);

const askOf =
  (app: HttpAuthority['app'], tokens: HttpAuthority['tokens']): HttpAuthority['ask'] =>
  (method, url, { as = 'alice', body } = {}) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tokens.get(as) ?? ''}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });

/** The checkpoint once it covers the whole ledger. */
const newestCheckpoint = async (authority: HttpAuthority): Promise<Uint8Array> => {
  const size = await authority.size();
  for (;;) {
    const bytes = await checkpointOf(authority);
    if (new TextDecoder().decode(bytes).split('\n')[1] === String(size)) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a backup', () => {
  it('is one consistent moment while hosts go on being enrolled, and goes on where its newest checkpoint is known', async () => {
    const authority = await openHttpAuthority();
    await enrol(authority, 'before');
    const work = Array.from({ length: 60 }, (_, i) => enrol(authority, `h${String(i)}`));
    const backup = await backedUp(authority);
    await Promise.all(work);
    const checkpoint = await newestCheckpoint(authority);
    const whole = await backedUp(authority);
    await authority.close();
    const during = restoring(backup, { forReading: true });
    expect(right(await during.result).size).toBeGreaterThanOrEqual(10);
    const after = restoring(whole, { checkpoint });
    expect(right(await after.result).provedBy).toEqual(['checkpoint']);
    const again = right(await openAuthority({ dir: after.dir, passphrase: PASSPHRASE })());
    expect(right(await again.deps.store.size()())).toBeGreaterThanOrEqual(61);
    await again.close();
  });

  it('does not go on when more was signed than it holds, and leaves nothing behind', async () => {
    const authority = await openHttpAuthority();
    const backup = await backedUp(authority);
    await enrol(authority, 'later');
    const checkpoint = await newestCheckpoint(authority);
    await authority.close();
    const { dir, result } = restoring(backup, { checkpoint });
    expect(left(await result)).toMatchObject({ _tag: 'HistoryShorter', by: 'the checkpoint' });
    expect(existsSync(dir)).toBe(false);
  });

  it('does not go on from another history than the one that was signed', async () => {
    const authority = await openHttpAuthority();
    const early = await backedUp(authority);
    const fork = restoring(early, { checkpoint: await newestCheckpoint(authority) });
    right(await fork.result);
    await enrol(authority, 'here');
    const backup = await backedUp(authority);
    await authority.close();
    const forked = right(await openAuthority({ dir: fork.dir, passphrase: PASSPHRASE })());
    await enrol({ ...authority, ask: askOf(forked.app, authority.tokens) }, 'there');
    await forked.close();
    const checkpoint = new Uint8Array(readFileSync(join(fork.dir, 'log', 'tiles', 'checkpoint')));
    expect(left(await restoring(backup, { checkpoint }).result)._tag).toBe('HistoryDiffers');
  });

  it('needs somebody who says how far the history went', async () => {
    const authority = await openHttpAuthority();
    const backup = await backedUp(authority);
    await authority.close();
    expect(left(await restoring(backup).result)).toEqual({ _tag: 'ContinuityUnproven', unreachable: [] });
    const { dir, result } = restoring(backup, { forReading: true });
    right(await result);
    expect(left(await openAuthority({ dir, passphrase: PASSPHRASE })())._tag).toBe('KeyFilePublic');
    const reading = right(await openAuthority({ dir, passphrase: undefined })());
    await reading.close();
  });

  it('without keys holds none', async () => {
    const authority = await openHttpAuthority();
    const backup = await backedUp(authority, false);
    await authority.close();
    expect(readFileSync(join(backup, 'keys.json'), 'utf8')).toContain('"sealed": null');
  });

  it('names the file that is not what was backed up, and takes no other authority', async () => {
    const authority = await openHttpAuthority();
    const backup = await backedUp(authority);
    await authority.close();
    const wrong = { forReading: true, authority: 'ab'.repeat(8) };
    expect(left(await restoring(backup, wrong).result)).toMatchObject({ _tag: 'BackupDamaged', name: 'manifest.json' });
    writeFileSync(join(backup, 'more'), 'x');
    expect(left(await restoring(backup, { forReading: true }).result)).toMatchObject({
      _tag: 'BackupDamaged',
      name: 'more',
    });
    rmSync(join(backup, 'more'));
    appendFileSync(join(backup, 'keys.json'), ' ');
    expect(left(await restoring(backup, { forReading: true }).result)).toMatchObject({ name: 'keys.json' });
  });

  it('whose manifest was written anew is not signed by the authority', async () => {
    const authority = await openHttpAuthority();
    const backup = await backedUp(authority);
    await authority.close();
    const file = join(backup, 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(AT, '2026-12-02T00:00:00.000Z'));
    expect(left(await restoring(backup, { forReading: true }).result)).toMatchObject({
      rule: 'is not signed by the authority',
    });
    rmSync(file);
    expect(left(await restoring(backup, { forReading: true }).result)).toMatchObject({ _tag: 'BackupUnreadable' });
    expect(readdirSync(backup)).not.toContain('manifest.json');
  });
});
