import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { vsphereConnection } from '../../../adapters/cli/vsphere-options.js';
import { right } from '../../support/ledger.js';

const root = mkdtempSync(join(tmpdir(), 'sekisho-vsphere-options-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SECRET = 'right & <proper>';
const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(root, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const thumbprint = 'ab'.repeat(32);
const GOOD = { server: 'https://vcenter.example', user: 'reader', thumbprint };

type Options = Readonly<Record<string, unknown>>;
const faultOf = async (options: Options, env: Readonly<Record<string, string>> = {}) => {
  const opened = await vsphereConnection(env, options)();
  if (E.isRight(opened)) throw new Error('should have been refused');
  expect(JSON.stringify(opened.left)).not.toContain(SECRET);
  return opened.left;
};

describe('what a watcher is told', () => {
  it('is by file, which variables outdo, which flags outdo', async () => {
    const config = file(
      'east.yaml',
      `server: https://file.example\nuser: file\ninterval: 20\nthumbprint: ${thumbprint}`,
    );
    const env = { SEKISHO_VSPHERE_USER: 'variable', SEKISHO_VSPHERE_INTERVAL: '30', SEKISHO_VSPHERE_PASSWORD: SECRET };
    const { settings, transport } = right(await vsphereConnection(env, { config, interval: '40' })());
    transport.close();
    expect(settings).toMatchObject({ server: { host: 'file.example' }, user: 'variable', interval: 40 });
    const named = { SEKISHO_VSPHERE_CONFIG: config, SEKISHO_VSPHERE_PASSWORD: SECRET };
    const byName = right(await vsphereConnection(named, {})());
    byName.transport.close();
    expect(byName.settings).toMatchObject({ user: 'file' });
  });

  it.each([0o640, 0o604, 0o660, 0o644])(
    'does not take a password from a file that others can read: %o',
    async (mode) => {
      const passwordFile = file('password', `${SECRET}\n`, mode);
      expect(await faultOf({ ...GOOD, passwordFile })).toMatchObject({ code: 'FileExposed', exit: 2 });
      chmodSync(passwordFile, 0o400);
      right(await vsphereConnection({}, { ...GOOD, passwordFile })()).transport.close();
    },
  );

  it.each<readonly [string, Options, string]>([
    ['no password anywhere', GOOD, 'PasswordMissing'],
    ['an empty password file', { ...GOOD, passwordFile: file('empty', '\n') }, 'PasswordMissing'],
    ['a password file that is not there', { ...GOOD, passwordFile: join(root, 'absent') }, 'FileUnreadable'],
    ['a password file that is a folder', { ...GOOD, passwordFile: root }, 'FileUnreadable'],
    ['an endless password', { ...GOOD, passwordFile: file('endless', 'x'.repeat(4097)) }, 'FileTooLarge'],
    ['a password from where everybody reads', { ...GOOD, passwordFile: '/dev/null' }, 'FileExposed'],
    ['a SHA-1 thumbprint', { ...GOOD, thumbprint: 'ab'.repeat(20) }, 'ConfigInvalid'],
    ['a settings file that is not there', { config: join(root, 'absent.yaml') }, 'FileUnreadable'],
    ['a settings file that is a list', { config: file('list.yaml', '- a') }, 'ConfigInvalid'],
    ['a settings file with an alias', { config: file('alias.yaml', 'user: &a x\nserver: *a') }, 'ConfigInvalid'],
    [
      'a password in the settings file',
      { ...GOOD, config: file('secret.yaml', `password: ${JSON.stringify(SECRET)}`) },
      'ConfigInvalid',
    ],
  ])('refuses %s', async (_, options, code) => {
    expect(await faultOf(options)).toMatchObject({ code });
  });

  it('takes no empty password from its variable', async () => {
    expect(await faultOf(GOOD, { SEKISHO_VSPHERE_PASSWORD: '' })).toMatchObject({ code: 'PasswordMissing' });
  });
});
