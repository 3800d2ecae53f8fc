import { readFileSync } from 'node:fs';
import * as t from 'io-ts';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../../adapters/config/check-config.js';
import { envSource, mergeSources, strayVariables } from '../../adapters/config/read-config.js';
import { right } from '../support/ledger.js';

const Compose = t.type({
  services: t.record(t.string, t.intersection([t.UnknownRecord, t.partial({ image: t.string })])),
});

const services = (): t.TypeOf<typeof Compose>['services'] =>
  right(Compose.decode(parse(readFileSync('docs/deploy/compose.yaml', 'utf8'), { merge: true }))).services;

const environmentOf = (service: Record<string, unknown> | undefined): Record<string, string> =>
  right(t.record(t.string, t.string).decode(service?.['environment']));

it('ships an example for containers whose authorities could be served', () => {
  const sekisho = Object.values(services()).filter(({ image }) => image === 'sekisho');
  expect(sekisho).toHaveLength(2);
  for (const service of sekisho) {
    const env = environmentOf(service);
    expect(strayVariables(env)).toEqual([]);
    expect(checkConfig(right(mergeSources([envSource(env)])))).toEqual([]);
    expect(service).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'] });
  }
});
