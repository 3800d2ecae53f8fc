import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { foundFolder } from '../../adapters/authority/found.js';
import { makeClient } from '../../adapters/cli/authority-client.js';
import { observing } from '../../adapters/cli/observe-vsphere.js';
import { inProcess } from '../../adapters/cli/transport.js';
import { type VsphereConnection, vsphereConnection } from '../../adapters/cli/vsphere-options.js';
import { systemClock } from '../../adapters/system.js';
import { NO_FAILURES, watchOnce } from '../../adapters/vsphere/watch-inventory.js';
import { type Running, startSekisho } from '../lab/sekisho.js';
import { TEST_POLICY } from '../support/authority.js';
import { type HttpAuthority, openHttpAuthority, PASSPHRASE } from '../support/http-authority.js';
import { testCa } from '../support/kmip-certificates.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';
import { built, type Serving, serve } from '../support/serving.js';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { component, eventOf, reportOf } from '../support/vcenter-report.js';
import { BUILD_MILLIS, buildGo, requireGo } from './go-programs.js';
import { startVcenter, type Vcenter, type VcenterSettings } from './vcenter-server.js';

/* Against govmomi's vCenter simulator over TLS: sessions, views and property collection are its own. It has no verb for a TPM,
   so main.go sets what vCenter would say of one; the report of QueryTpmAttestationReport travels as real SOAP. */

const USER = 'reader@vsphere.local';
const PASSWORD = 'right & <proper>';
const ca = testCa('vCenter CA');
const identity = ca.server();

const root = mkdtempSync(join(tmpdir(), 'sekisho-vcenter-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), text, { mode: 0o600 });
  return join(root, name);
};
const caFile = file('ca.pem', ca.certificate);
const passwordFile = file('password', `${PASSWORD}\n`);
const thumbprint = new X509Certificate(identity.certificate).fingerprint256;

let program: string;
let authority: HttpAuthority;
let number = 0;

beforeAll(() => {
  if (!requireGo()) return;
  program = join(buildGo('vcenter', '.'), 'vcenter');
}, BUILD_MILLIS);
beforeAll(async () => {
  authority = await openHttpAuthority();
});
afterAll(async () => {
  await authority.close();
  rmSync(dirname(authority.dir), { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
});

const settings = (port = 0): VcenterSettings => {
  number += 1;
  const folder = join(root, String(number));
  mkdirSync(folder);
  return { program, folder, identity, user: USER, password: PASSWORD, port };
};

const vcenter = async (port = 0): Promise<Vcenter> => {
  const started = await startVcenter(settings(port));
  onTestFinished(() => started.kill());
  return started;
};

type Options = Readonly<Record<string, unknown>>;

const connection = async (port: number, more: Options = {}): Promise<VsphereConnection> => {
  const server = `https://127.0.0.1:${String(port)}`;
  const options = { server, user: USER, passwordFile, caFile, ...more };
  const opened = right(await vsphereConnection({}, options)());
  onTestFinished(() => opened.transport.close());
  return opened;
};

const rounds = (inventory: string, opened: VsphereConnection) => {
  const client = makeClient(inProcess(authority.app), () => TE.right(authority.tokens.get('wendy')));
  const watching = observing(client, opened, inventory, () => authority.now.at);
  let failures = NO_FAILURES;
  return async () => {
    const done = await watchOnce(watching, failures);
    failures = done.failures;
    return done.round;
  };
};

const shown = async (inventory: string) =>
  (await authority.ask('GET', `/v1/inventories/${inventory}`, { as: 'arthur' })).json();

const eventsOf = async (inventory: string): Promise<ReadonlyArray<{ readonly type: string; readonly data: object }>> =>
  (await authority.ask('GET', `/v1/inventories/${inventory}/history?limit=500`, { as: 'arthur' })).json().events;

const EVENT = eventOf(12, component('vmkernel.gz'), new Uint8Array(32).fill(0xf7));

const FIRST = { _tag: 'Recorded', changes: 6, hosts: 4 };

describe.runIf(requireGo())("govmomi's vCenter simulator", () => {
  it('is read with its clusters and hosts, and says nothing new the second time', async () => {
    const round = rounds('first', await connection((await vcenter()).port));
    expect(await round()).toEqual(FIRST);
    expect(await round()).toEqual({ ...FIRST, changes: 0 });
    const { inventory, hosts, findings } = await shown('first');
    expect(inventory).toMatchObject({
      server: { product: expect.stringContaining('VMware vCenter') },
      blind: null,
      hosts: 4,
    });
    expect(hosts.map(({ name, cluster, tpm }: Record<string, unknown>) => [name, cluster, tpm])).toEqual([
      ['DC0_C0_H0', 'DC0_C0', expect.stringMatching(/^(?:none|unknown)$/)],
      ['DC0_C0_H1', 'DC0_C0', expect.any(String)],
      ['DC0_C0_H2', 'DC0_C0', expect.any(String)],
      ['DC0_H0', null, expect.any(String)],
    ]);
    expect(new Set(findings.map(({ code }: { code: string }) => code))).toEqual(new Set(['NotEnrolled']));
    expect((await eventsOf('first')).map(({ type }) => type).reverse()).toEqual([
      'InventoryIntroduced',
      'InventoryClusterSeen',
      ...Array.from({ length: 4 }, () => 'InventoryHostSeen'),
    ]);
  });

  it('has a host added and one removed, and each is recorded once', async () => {
    const server = await vcenter();
    const round = rounds('changing', await connection(server.port));
    await round();
    await server.do('add DC0_C0 esx-new.example');
    expect(await round()).toMatchObject({ changes: 1, hosts: 5 });
    await server.do('remove DC0_C0_H1');
    expect(await round()).toMatchObject({ changes: 1, hosts: 4 });
    expect(await round()).toMatchObject({ changes: 0 });
    const [gone, seen] = await eventsOf('changing');
    expect([gone?.type, seen?.type, seen?.data]).toMatchObject([
      'InventoryHostGone',
      'InventoryHostSeen',
      { name: 'esx-new.example', cluster: expect.stringMatching(/./) },
    ]);
    const { hosts } = await shown('changing');
    expect(hosts.filter(({ gone: left }: { gone: unknown }) => left !== null)).toMatchObject([{ name: 'DC0_C0_H1' }]);
  });

  it('never makes a host trusted, joins it to a cluster or enrols it', async () => {
    const before = (await authority.ask('GET', '/v1/hosts', { as: 'arthur' })).json().hosts;
    const clusters = (await authority.ask('GET', '/v1/clusters', { as: 'arthur' })).json().clusters;
    expect(await rounds('nothing', await connection((await vcenter()).port))()).toEqual(FIRST);
    expect((await authority.ask('GET', '/v1/hosts', { as: 'arthur' })).json().hosts).toEqual(before);
    expect((await authority.ask('GET', '/v1/clusters', { as: 'arthur' })).json().clusters).toEqual(clusters);
  });

  it('is blind from the third failure on when it is gone, and seen again when it is back', async () => {
    const server = await vcenter();
    const opened = await connection(server.port);
    const round = rounds('killed', opened);
    expect(await round()).toEqual(FIRST);
    await server.kill();
    const unreachable = { _tag: 'Blind', fault: { reason: 'Unreachable' } };
    expect(await round()).toMatchObject(unreachable);
    expect(await round()).toMatchObject(unreachable);
    expect((await shown('killed')).inventory.blind).toBeNull();
    await round();
    await round();
    expect((await shown('killed')).inventory).toMatchObject({
      blind: { reason: 'Unreachable', since: authority.now.at },
    });
    expect((await eventsOf('killed')).filter(({ type }) => type === 'InventoryBlind')).toHaveLength(1);
    await vcenter(server.port);
    expect(await round()).toMatchObject({ _tag: 'Recorded', hosts: 4 });
    expect((await shown('killed')).inventory.blind).toBeNull();
    expect((await eventsOf('killed')).map(({ type }) => type)).toContain('InventorySighted');
  });

  it('gets another login when it ended the session', async () => {
    const server = await vcenter();
    const round = rounds('expiring', await connection(server.port));
    expect(await round()).toEqual(FIRST);
    await server.do('expire');
    expect(await round()).toEqual({ ...FIRST, changes: 0 });
  });

  it('refuses a wrong password, which is said at once and shows nowhere', async () => {
    const wrong = file('wrong', 'a wrong password');
    const opened = await connection((await vcenter()).port, { passwordFile: wrong });
    expect(await rounds('locked-out', opened)()).toMatchObject({ _tag: 'Blind', fault: { reason: 'LoginRefused' } });
    expect((await shown('locked-out')).inventory).toMatchObject({ server: null, blind: { reason: 'LoginRefused' } });
    expect(authority.lines.join('')).not.toContain('a wrong password');
  });

  it('is believed by its thumbprint, and by no other', async () => {
    const { port } = await vcenter();
    const other = new X509Certificate(ca.server().certificate).fingerprint256;
    const by = (given: string) => connection(port, { caFile: undefined, thumbprint: given });
    expect(await rounds('pinned', await by(thumbprint))()).toEqual(FIRST);
    expect(await rounds('pinned', await by(other))()).toMatchObject({
      _tag: 'Blind',
      fault: { reason: 'CertificateUntrusted' },
    });
  });

  it('is not believed by the CA of somebody else', async () => {
    const stranger = file('stranger.pem', testCa('Stranger').certificate);
    const opened = await connection((await vcenter()).port, { caFile: stranger });
    expect(await rounds('stranger', opened)()).toMatchObject({ fault: { reason: 'CertificateUntrusted' } });
  });

  it('tells TPMs and its own verdicts, and its report of each boot is relayed once', async () => {
    // Go's JSON has a byte unsigned; on the wire it is signed, as vSphere has it.
    const unsigned = (_: string, value: unknown): unknown =>
      typeof value === 'number' && value < 0 ? value + 256 : value;
    const document = { _typeName: 'HostTpmAttestationReport', ...reportOf([EVENT]) };
    const report = file('report.json', JSON.stringify(document, unsigned));
    const server = await vcenter();
    await server.do(`tpm DC0_C0_H0 notAccepted ${report}`);
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'DC0_C0_H0' } });
    const round = rounds('reporting', await connection(server.port, { relayReports: true }));
    await round();
    await round();
    const { hosts } = await shown('reporting');
    expect(hosts[0]).toMatchObject({ name: 'DC0_C0_H0', tpm: '2.0', verdict: 'refused' });
    const { host } = (await authority.ask('GET', '/v1/hosts/DC0_C0_H0', { as: 'arthur' })).json();
    expect(host).toMatchObject({ state: 'enrolled', relayed: { verdict: expect.any(String) } });
    const again = rounds('reporting', await connection(server.port, { relayReports: true }));
    await again();
    const { events } = (await authority.ask('GET', '/v1/hosts/DC0_C0_H0/history', { as: 'arthur' })).json();
    expect(events.filter(({ type }: { type: string }) => type === 'RelayedReportAppraised')).toHaveLength(1);
  });
});

// One story, told in order: the built program watches, its authority and its vCenter are processes too, and each of them goes and comes back.
describe.runIf(requireGo())('a watcher that is a process of its own', () => {
  const STEP = { timeout: 600_000 };
  const dir = join(root, 'gate');
  let token: string;
  let [server, served]: [Vcenter | undefined, Serving | undefined] = [undefined, undefined];
  let [toServer, toAuthority]: [TcpProxy | undefined, TcpProxy | undefined] = [undefined, undefined];
  let watcher: Running | undefined;

  beforeAll(async () => {
    built();
    const operators = [
      { subject: 'wendy', role: 'workload-administrator' },
      { subject: 'arthur', role: 'auditor' },
    ] as const;
    const { tokens } = right(
      await foundFolder({
        ...{ dir, name: 'Gate', group: 'test', policy: TEST_POLICY, operators, store: undefined },
        ...{ passphrase: PASSPHRASE, keepPassphrase: true, clock: systemClock },
      })(),
    );
    token = tokens.get('wendy') ?? '';
    server = await startVcenter(settings());
    served = await serve(dir);
    toServer = await tcpProxy(() => server?.port ?? 0);
    toAuthority = await tcpProxy(() => Number(new URL(served?.url ?? '').port));
  }, STEP.timeout);
  afterAll(async () => {
    await watcher?.stop();
    await served?.end();
    await server?.kill();
    toServer?.close();
    toAuthority?.close();
  });

  const recorded = async (): Promise<ReadonlyArray<string>> => {
    const { out } = await run('vsphere', 'history', 'east', '--json', '--limit', '500', '--dir', dir, '--as', 'arthur');
    const { events } = JSON.parse(out) as { readonly events: ReadonlyArray<{ readonly type: string }> };
    return events.map(({ type }) => type).reverse();
  };
  const FIRST_EVENTS = ['InventoryIntroduced', 'InventoryClusterSeen', ...Array<string>(4).fill('InventoryHostSeen')];

  it('reads, and tells what it recorded', STEP, async () => {
    const yaml = [
      `server: https://127.0.0.1:${String(toServer?.port)}`,
      ...[`user: ${USER}`, `password-file: ${passwordFile}`, `ca-file: ${caFile}`, 'interval: 10'],
    ].join('\n');
    const where = ['--url', `http://127.0.0.1:${String(toAuthority?.port)}`, '--token-file', file('token', token)];
    watcher = startSekisho('vsphere', 'watch', 'east', '--config', file('east.yaml', yaml), ...where);
    await watcher.says('east: 4 hosts; 6 recorded.');
    expect(await recorded()).toEqual(FIRST_EVENTS);
  });

  it(
    'says when it tries again while the vCenter is gone, and records nothing twice once it is back',
    STEP,
    async () => {
      await server?.kill();
      await watcher?.says('east: can not be read: Unreachable');
      expect(watcher?.out()).toMatch(/can not be read: Unreachable \([\w ]+\)\. Tried again in [12] s\.\n/);
      server = await startVcenter(settings());
      // One more is recorded where it was away for so long that it was called blind.
      await until('another reading', () => /4 hosts; (?:nothing new|\d recorded)\.\n$/.test(watcher?.out() ?? ''));
      expect((await recorded()).filter((type) => !/^Inventory(?:Blind|Sighted)$/.test(type))).toEqual(FIRST_EVENTS);
    },
  );

  it('sees a host come and another go', STEP, async () => {
    const before = (await recorded()).length;
    await server?.do('add DC0_C0 esx-new.example');
    await server?.do('remove DC0_C0_H1');
    await until('both seen', async () => (await recorded()).length >= before + 2);
    expect((await recorded()).slice(before).sort()).toEqual(['InventoryHostGone', 'InventoryHostSeen']);
  });

  it('brings what it saw when its authority is back', STEP, async () => {
    expect(await served?.end()).toBe(0);
    await server?.do('remove DC0_C0_H2');
    await watcher?.says('east: the authority did not take it');
    expect(watcher?.out()).toMatch(/did not take it: \w+\. Tried again in [12] s\.\n/);
    served = await serve(dir);
    await watcher?.says('east: 3 hosts; 1 recorded.');
    expect((await recorded()).filter((type) => type === 'InventoryHostGone')).toHaveLength(2);
  });

  it('shows no secret to whoever looks at it, ends when it is asked to, and logs out', STEP, async () => {
    const pid = String(watcher?.pid());
    const seen = ['cmdline', 'environ', `task/${pid}/children`].map((name) =>
      readFileSync(`/proc/${pid}/${name}`, 'latin1'),
    );
    expect(seen[0]).toContain('east.yaml');
    expect(seen[2]).toBe('');
    const ended = await watcher?.stop();
    expect(ended).toMatchObject({ code: 0, err: '' });
    for (const secret of [PASSWORD, token]) expect([...seen, ended?.out].join()).not.toContain(secret);
    await expect(server?.do('expire')).rejects.toThrow('nobody else is logged in');
  });
});
