import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../adapters/config/read-config.js';
import {
  readVsphereSettings,
  VSPHERE_DEFAULTS,
  VSPHERE_SETTING_NAMES,
} from '../../../adapters/vsphere/vsphere-settings.js';
import { right } from '../../support/ledger.js';

type Texts = Readonly<Record<string, unknown>>;

const GOOD = { server: 'https://vcenter.example', user: 'reader@vsphere.local', 'ca-file': 'vmca.pem' } as const;
const EVERY: Texts = {
  ...GOOD,
  'password-file': 'east.password',
  interval: '90',
  timeout: '5',
  'relay-reports': 'true',
};

const from = (name: string, texts: Texts) => ({ nameOf: () => name, texts });
const read = (...sources: ReadonlyArray<Texts>) =>
  readVsphereSettings(sources.map((texts, i) => from(`source ${String(i)}`, texts)));

const faults = (texts: Texts): ReadonlyArray<string> => {
  const done = read(texts);
  if (E.isRight(done)) throw new Error('should have been refused');
  return done.left.map(({ setting, rule }) => `${setting} ${rule}`);
};

describe('settings of a watcher', () => {
  it('are read from YAML, every one of them, and from JSON alike', () => {
    const yaml = Object.entries(EVERY)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join('\n');
    const expected = {
      server: { host: 'vcenter.example', port: 443 },
      user: 'reader@vsphere.local',
      'ca-file': 'vmca.pem',
      believes: { 'ca-file': 'vmca.pem' },
      'password-file': 'east.password',
      interval: 90,
      timeout: 5,
      'relay-reports': true,
    };
    expect([...Object.keys(EVERY), 'thumbprint'].sort()).toEqual([...VSPHERE_SETTING_NAMES].sort());
    for (const text of [yaml, JSON.stringify(EVERY)])
      expect(readVsphereSettings([right(fileSource('east.yaml', text))])).toEqual(E.right(expected));
  });

  it('have defaults where nothing is said', () => {
    expect(right(read(GOOD))).toMatchObject(VSPHERE_DEFAULTS);
    const { server, user } = GOOD;
    expect(right(read({ server, user, thumbprint: 'aa' }))).toMatchObject({ believes: { thumbprint: 'aa' } });
  });

  it('are outdone by the sources after them, one by one', () => {
    expect(right(read({ ...GOOD, interval: '30', timeout: '9' }, { interval: '40' }, {}))).toMatchObject({
      interval: 40,
      timeout: 9,
    });
  });

  it.each<readonly [string, Texts, ReadonlyArray<RegExp>]>([
    ['no server', { ...GOOD, server: undefined }, [/^server must be given$/]],
    ['no user', { ...GOOD, user: undefined }, [/^user must be given$/]],
    ['plain HTTP', { ...GOOD, server: 'http://vcenter.example' }, [/^server .*https/]],
    ['a server with a path', { ...GOOD, server: 'https://vcenter.example/sdk' }, [/^server .*https/]],
    ['a server with a password in it', { ...GOOD, server: 'https://me:secret@vcenter.example' }, [/^server .*https/]],
    ['a port that is none', { ...GOOD, server: 'https://vcenter.example:65536' }, [/^server /]],
    ['a user of two lines', { ...GOOD, user: 'a\nb' }, [/^user .*control characters/]],
    ['an empty user', { ...GOOD, user: '' }, [/^user /]],
    ['a CA and a thumbprint', { ...GOOD, thumbprint: 'aa' }, [/^ca-file, thumbprint give one of both/]],
    ['neither', { server: GOOD.server, user: GOOD.user }, [/^ca-file, thumbprint give one of both/]],
    ['an interval that would be a burden', { ...GOOD, interval: '9' }, [/^interval .*from 10 to 86400/]],
    ['an interval of more than a day', { ...GOOD, interval: '86401' }, [/^interval .*from 10 to 86400/]],
    ['an interval that is no number', { ...GOOD, interval: '1e3' }, [/^interval /]],
    ['no patience', { ...GOOD, timeout: '0' }, [/^timeout .*from 1 to 600/]],
    ['a switch that is neither', { ...GOOD, 'relay-reports': 'yes' }, [/^relay-reports .*true or false/]],
    ['a list', { ...GOOD, user: { name: 'x' } }, [/^user /]],
    ['a setting that it does not know', { ...GOOD, intervall: '60' }, [/^intervall /]],
    ['the password itself', { ...GOOD, password: 'hunter2' }, [/^password /]],
    ['many things at once', { ...GOOD, interval: '1', timeout: 'x' }, [/^interval /, /^timeout /]],
  ])('refuses %s, and says no value', (_, texts, rules) => {
    const said = faults(texts);
    expect(said).toHaveLength(rules.length);
    rules.forEach((rule, i) => expect(said[i]).toMatch(rule));
    expect(said.join()).not.toMatch(/secret|hunter2/);
  });

  it('tell where a fault is', () => {
    const done = read({ ...GOOD }, { interval: 'x' });
    expect(done).toMatchObject({ left: [{ setting: 'interval', source: 'source 1' }] });
  });
});
