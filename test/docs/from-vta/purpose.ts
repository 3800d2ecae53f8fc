import { different, done, type Row } from './row.js';

const GUARD = ['adapters/http/guard.test.ts', 'domain/guard/answer.test.ts'];

/** What people took it for, as they described it to each other: what a host must have, who judges, and what is then allowed. */
export const PURPOSE: ReadonlyArray<Row> = [
  done('An authority judges by itself, from what a host submits, whether that host is safe', {
    cli: ['agent', 'explain'],
    operations: ['challengeHost', 'attestHost', 'explainVerdict'],
    events: ['HostAttested', 'AttestationRefused'],
    tests: ['adapters/http/routes.test.ts', 'domain/host/attest-host.test.ts'],
    note: 'People set the policy; nobody decides about one host.',
  }),
  done('It hands out the keys for data in place of the key server', {
    cli: ['agent key get', 'agent key unwrap'],
    operations: ['generateKey', 'decryptKey'],
    events: ['KeyReleaseAuthorised', 'KeyDelivered'],
    tests: ['adapters/http/keys.test.ts', 'domain/key-release/release-key.test.ts', 'e2e/key-provider.test.ts'],
    note: 'The primary key stays on the key server; hosts never speak to it.',
  }),
  done('The TPM proves a place that is safe to run in; what is submitted comes from it', {
    cli: ['agent', 'agent evidence'],
    operations: ['certifyAttestationKey', 'attestHost'],
    tests: ['domain/appraisal/traps.test.ts', 'domain/host/activation.test.ts', 'adapters/agent/live-tpm.test.ts'],
    note: 'A quote by a key of that TPM, over a challenge for that host: without it there is no verdict.',
  }),
  done('A host has UEFI boot, Secure Boot and a TPM 2.0', {
    cli: ['appraise', 'explain'],
    tests: ['domain/appraisal/boot-traps.test.ts', 'domain/appraisal/traps.test.ts'],
    note: 'Three checks with a reason each: `NotUefi`, `SecureBootDisabled`, `NoTpm20` ([reasons.md](reasons.md)).',
  }),
  different(
    'Two vCenter Servers, so that two administrations are kept apart',
    'One program with two sets of roles; or a ledger for each side, which share a services file and nothing else.',
    {
      cli: ['operator grant', 'cluster export-services', 'cluster import-services'],
      operations: ['grantOperator', 'exportServices', 'importServices'],
      tests: ['adapters/http/topology-rules.test.ts', 'adapters/http/permissions.test.ts'],
    },
  ),
  done('A workload cluster and a management cluster, at many sites', {
    cli: ['cluster register', 'cluster topology'],
    operations: ['registerCluster', 'showTopology'],
    events: ['ClusterRegistered'],
    tests: [
      'adapters/http/topology-rules.test.ts',
      'adapters/cli/site/clusters.test.ts',
      'domain/cluster/decider.test.ts',
    ],
  }),
  different(
    'The authority runs on plain hosts, which need no special hardware and run other machines too',
    'It is a program for any machine that has Node, and needs no TPM of its own.',
    {
      cli: ['init', 'serve'],
      tests: ['e2e/serve.test.ts', 'docs/deploy.test.ts'],
    },
  ),
  done('A key server is configured before anything is encrypted', {
    cli: ['key-provider create', 'key-provider primary-key'],
    operations: ['createKeyProvider', 'changePrimaryKey'],
    tests: ['adapters/http/keys.test.ts', 'e2e/key-provider.test.ts'],
    note: 'A provider without a primary key refuses, and says so: `PrimaryKeyMissing`.',
  }),
  done('Each workload runs on a trusted host', {
    cli: ['guard start'],
    operations: ['askGuard'],
    tests: GUARD,
  }),
  done('Moves and copies: fine inside the protected area, restricted to outside of it', {
    cli: ['guard move', 'guard clone'],
    operations: ['askGuard', 'askGuardMany'],
    tests: [...GUARD, 'domain/guard/random-histories.test.ts'],
    note: 'Each refusal has a reason ([guard-reasons.md](guard-reasons.md)).',
  }),
];
