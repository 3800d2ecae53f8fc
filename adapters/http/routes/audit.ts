import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { HostId } from '../../../domain/host/host-id.js';
import { type ReplayReport, replayAll } from '../../../domain/replay/replay-all.js';
import type { LedgerFinding, Verification } from '../../authority/verify-ledger-files.js';
import { withFreshMemos } from '../../caches/fresh-memos.js';
import { ledgerFaultText } from '../../text/ledger-fault-text.js';
import type { Api } from '../api.js';
import { Replayed, Verified } from '../codecs/audit.js';
import { doubtView } from '../codecs/doubts.js';
import { type GuardReplay, replayGuard } from '../guard-replay.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const MOST_LISTED = 1000;

const replayed = (
  { checked, releases, different, differentCount }: ReplayReport,
  guard: GuardReplay,
): typeof Replayed._A => ({
  checked,
  releases,
  decisions: guard.decisions,
  differenceCount: differentCount + guard.differentCount,
  differences: [...different, ...guard.different]
    .slice(0, MOST_LISTED)
    .map(({ host, index, revision, differences }) => ({ host, index, revision, differences })),
});

const replay = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/replay',
    operation: 'replay',
    summary:
      'Makes past verdicts again from stored evidence, at their own time and reference values, and decisions about keys and workloads; lists what differs.',
    params: Nothing,
    query: Nothing,
    body: closedWith({}, { host: HostId, from: Instant, to: Instant }, 'ReplayRequest'),
    answer: Replayed,
    handle: ({ body }) =>
      pipe(
        replayAll(withFreshMemos(api.deps))(body),
        TE.flatMap((report) =>
          pipe(
            replayGuard(api, body),
            TE.map((guard) => ({ body: replayed(report, guard) })),
          ),
        ),
      ),
  });

const findingView = (fault: LedgerFinding): (typeof Verified._A)['faults'][number] => {
  const at = 'at' in fault ? fault.at : null;
  const row = 'table' in fault ? fault : null;
  return {
    rule: fault._tag,
    index: at?.index ?? row?.index ?? null,
    stream: at?.stream ?? null,
    revision: at?.revision ?? null,
    table: row?.table ?? null,
    model: row?.model ?? null,
    key: row?.key ?? null,
    text: ledgerFaultText(fault),
  };
};

export const verifiedView = ({ faults, doubts, ...rest }: Verification): Verified => ({
  ...rest,
  faults: faults.map(findingView),
  doubts: doubts.map(doubtView),
});

const verify = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/verify',
    operation: 'verify',
    summary:
      'Checks every entry: form, chain, id, time, key, signature, the signed head, the tree that the log signed, and the read models; names what is damaged.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: Verified,
    handle: () =>
      pipe(
        api.verify,
        TE.map((verification) => ({ body: verifiedView(verification) })),
      ),
  });

export const auditRoutes = (api: Api): ReadonlyArray<Route> => [replay(api), verify(api)];
