import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { testServer } from '../support/esdb/node.js';
import { type Ran, run } from '../support/run-cli.js';
import { built, type Serving, serve } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

interface EventKey {
  readonly kid: string;
  readonly node: string | null;
  readonly until: number | null;
  readonly replaces: string | null;
}

const done = async (work: Promise<Ran>): Promise<string> => {
  const { code, out, err } = await work;
  expect(code, err).toBe(0);
  return out;
};

const serving = async (dir: string, pass: string): Promise<Serving> => {
  const node = await serve(dir, '--passphrase-file', pass);
  onTestFinished(node.kill);
  return node;
};

it('a node is added, joins and serves by the command line alone, and signs with a key of its own', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const { url } = await testServer();
  writeFileSync(at('pass-1'), 'passphrase of the first\n');
  writeFileSync(at('pass-2'), 'passphrase of the second\n');
  const first = ['--dir', at('gate-1'), '--passphrase-file', at('pass-1')];
  await done(run('init', ...first, '--store', url, '--name', 'Gate'));
  await done(run('keys', 'add-node', 'gate-2', '--out', at('keys'), '--node-passphrase-file', at('pass-2'), ...first));

  const joining = ['--keys', at('keys'), '--store', url];
  const wrong = await run('node', 'join', ...joining, '--passphrase-file', at('pass-1'), '--dir', at('none'));
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('does not open')]);
  const full = await run('node', 'join', ...joining, '--passphrase-file', at('pass-2'), '--dir', folder);
  expect([full.code, full.err]).toEqual([2, expect.stringContaining('is not empty')]);
  const joined = await run(
    'node',
    'join',
    ...joining,
    '--passphrase-file',
    at('pass-2'),
    '--dir',
    at('gate-2'),
    '--json',
  );
  expect(JSON.parse(joined.out)).toMatchObject({ name: 'Gate' });

  const [one, two] = [await serving(at('gate-1'), at('pass-1')), await serving(at('gate-2'), at('pass-2'))];
  const as = (who: string): ReadonlyArray<string> => ['--token-file', join(at('gate-1'), 'tokens', `${who}.token`)];
  await done(run('host', 'enrol', 'web-1', '--url', two.url, ...as('workload-admin-1')));
  expect(await done(run('host', 'show', 'web-1', '--url', one.url, ...as('auditor-1')))).toContain('web-1');

  const eventKeys = async (): Promise<ReadonlyArray<EventKey>> => {
    const listed = await done(run('keys', 'list', '--url', one.url, ...as('auditor-1'), '--json'));
    const { keys } = JSON.parse(listed) as { readonly keys: ReadonlyArray<EventKey & { readonly purpose: string }> };
    return keys.filter(({ purpose }) => purpose === 'event');
  };
  const before = await eventKeys();
  const own = before.find(({ node }) => node === 'gate-2');
  const events = await fetch(`${two.url}/v1/events?stream=host/web-1`, {
    headers: { authorization: `Bearer ${readFileSync(as('auditor-1')[1] ?? '', 'utf8').trim()}` },
  });
  const { events: entries } = (await events.json()) as { readonly events: ReadonlyArray<{ readonly bytes: string }> };
  const signed = entries.map(
    ({ bytes }) => JSON.parse(Buffer.from(bytes, 'base64').toString('utf8')) as { kid: string },
  );
  expect(signed.map(({ kid }) => kid)).toEqual([own?.kid]);

  const second = ['--dir', at('gate-2'), '--passphrase-file', at('pass-2'), ...as('trust-admin-1')];
  const authority = ['--authority-key', join(at('gate-1'), 'keys.json'), '--authority-passphrase-file', at('pass-1')];
  await done(run('keys', 'rotate', 'event', ...second, ...authority));
  const rotated = (await eventKeys()).filter(({ until }) => until === null);
  expect(rotated.map(({ node, replaces }) => [node, replaces])).toEqual([
    [null, before.find(({ node }) => node === null)?.replaces ?? null],
    ['gate-2', own?.kid],
  ]);

  // Which trees were cosigned is the cluster's to say: a folder that nobody serves does not know.
  const lost = ['--since', '2026-01-01T00:00:00.000Z', '--reason', 'stolen'];
  await done(run('keys', 'declare-compromised', own?.kid ?? '', ...lost, ...first));
  const doubted = { faultCount: 0, doubts: [{ kid: own?.kid, later: { entries: 1 } }] };
  const asked = JSON.parse(await done(run('verify', ...first, '--json')));
  expect(asked).toMatchObject({ ...doubted, cosigned: 'counted' });
  await one.end();
  expect(JSON.parse(await done(run('verify', ...first, '--json')))).toMatchObject({ ...doubted, cosigned: 'unknown' });
  expect(await done(run('verify', ...first))).toContain('can not be told from this folder');
}, 300_000);
