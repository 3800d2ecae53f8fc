import { readFileSync } from 'node:fs';
import * as t from 'io-ts';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../../adapters/config/check-config.js';
import { envSource, mergeSources, strayVariables } from '../../adapters/config/read-config.js';
import { connectKurrent } from '../../adapters/event-store/kurrent/client.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';

const Compose = t.type({
  services: t.record(t.string, t.intersection([t.UnknownRecord, t.partial({ image: t.string })])),
});

const services = (): t.TypeOf<typeof Compose>['services'] =>
  right(Compose.decode(parse(readFileSync('docs/deploy/compose.yaml', 'utf8'), { merge: true }))).services;

const environmentOf = (service: Record<string, unknown> | undefined): Record<string, string> =>
  right(t.record(t.string, t.string).decode(service?.['environment']));

it('ships an example for containers whose authorities could be served', () => {
  const sekisho = Object.values(services()).filter(
    ({ image, profiles }) => image === 'sekisho' && profiles === undefined,
  );
  expect(sekisho).toHaveLength(2);
  for (const service of sekisho) {
    const env = environmentOf(service);
    expect(strayVariables(env)).toEqual([]);
    expect(checkConfig(right(mergeSources([envSource(env)])))).toEqual([]);
    expect(service['environment']).toEqual(sekisho[0]?.['environment']);
    expect(service).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'] });
  }
});

it('sets up one authority with two nodes in one cluster, by commands that there are', async () => {
  const setup = Object.values(services()).filter(({ profiles }) => profiles !== undefined);
  expect(setup).toHaveLength(3);
  const [store] = setup.map((service) => environmentOf(service)['SEKISHO_STORE']);
  expect(connectKurrent({ url: store ?? '' })).toBeDefined();
  for (const service of setup) {
    expect(environmentOf(service)['SEKISHO_STORE']).toBe(store);
    const words = right(t.array(t.string).decode(service['command']));
    const at = words.findIndex((word) => word.startsWith('--'));
    const help = await run(...words.slice(0, at), '--help');
    expect(help.code).toBe(0);
    for (const flag of words.filter((word) => word.startsWith('--'))) expect(help.out).toContain(`${flag} <`);
  }
});
