import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { openByPolicy } from '../../domain/transparency/policy-check.js';
import { parseWitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { right } from '../support/ledger.js';
import { built, serve } from '../support/serving.js';
import { publishedFrom, witnessedAuthority } from '../support/witnessing.js';

beforeAll(built);

it('publishes what a witness in a process of its own has cosigned, and nothing else', async () => {
  const { dir, policy: file, text } = await witnessedAuthority();
  const served = await serve(dir, '--policy', file);
  onTestFinished(served.kill);
  const policy = right(parseWitnessPolicy(entryEngines.hashing, utf8(text)));
  const bytes = await publishedFrom(served.url);
  expect(new TextDecoder().decode(bytes)).toContain('\u2014 w.example ');
  expect(right(openByPolicy(entryEngines.verifyEd25519, policy, bytes)).checkpoint.size).toBeGreaterThan(0);
  expect(await served.end()).toBe(0);
}, 300_000);
