import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Approvable } from '../../../adapters/http/approvable.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('sekisho init --two-person', { timeout: 60_000 }, () => {
  it('founds an authority in which nobody ever was able to change alone what can take two', async () => {
    const dir = join(temporaryFolder(), 'authority');
    expect((await run('init', '--dir', dir, '--two-person')).code).toBe(0);
    const { policy } = JSON.parse((await run('approval', 'list', '--dir', dir, '--json')).out);
    expect(policy).toMatchObject({ operations: Object.keys(Approvable.keys), lifetimeSeconds: 86_400, breakGlass: [] });
    const alone = ['operator', 'grant', 'carol', 'auditor', '--dir', dir, '--as', 'trust-admin-1', '--json'] as const;
    expect((await run(...alone)).code).not.toBe(0);
    const { approvals } = JSON.parse((await run('approval', 'list', '--dir', dir, '--json')).out);
    expect(approvals).toMatchObject([{ operation: 'grantOperator', status: 'waiting' }]);
  });

  it('refuses where there would be nobody to approve', async () => {
    const dir = join(temporaryFolder(), 'alone');
    const alone = ['--operator', 'alice:trust-administrator', '--operator', 'ann:auditor'] as const;
    const { code, err } = await run('init', '--dir', dir, '--two-person', ...alone, '--json');
    expect([code, JSON.parse(err)]).toMatchObject([2, { error: { code: 'NoSecondPerson' } }]);
  });
});
