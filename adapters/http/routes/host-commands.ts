import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { quarantineHost, releaseHost, replaceEndorsementKey, retireHost } from '../../../domain/host/change-host.js';
import { enrolHost } from '../../../domain/host/enrol-host.js';
import { hostStream } from '../../../domain/host/host-id.js';
import { endorsementKeyOf } from '../../../domain/reference/trust-endorsement-key.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { EnrolHost, HostPath, WithReason } from '../codecs/hosts.js';
import { ReplaceEndorsementKey } from '../codecs/reference.js';
import { commandRoute } from '../command-route.js';
import { offeredKeyOf } from '../offered-key.js';
import type { Operation } from '../permissions.js';
import { Nothing, type Route } from '../route.js';

const enrol = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/hosts',
    operation: 'enrolHost',
    summary: 'Enrols a host, with its endorsement key pinned if it is known.',
    params: Nothing,
    body: EnrolHost,
    stream: (_, { id }) => hostStream(id),
    work: (by, { body: { id, ...rest } }) => enrolHost(api.deps)({ ...by, host: id, ...rest }),
  });

type Change = typeof quarantineHost | typeof releaseHost | typeof retireHost;

const change = (api: Api, action: string, operation: Operation, summary: string, workflow: Change): Route =>
  commandRoute({
    method: 'POST',
    path: `/v1/hosts/{id}/${action}`,
    operation,
    summary,
    params: HostPath,
    body: WithReason,
    stream: ({ id }) => hostStream(id),
    work: (by, { params, body }) => workflow(api.deps)({ ...by, host: params.id, reason: body.reason }),
  });

const replaceKey = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/hosts/{id}/endorsement-key',
    operation: 'replaceEndorsementKey',
    summary: 'The host has another TPM from now on; its AK is void until one is certified with the new key.',
    params: HostPath,
    body: ReplaceEndorsementKey,
    stream: ({ id }) => hostStream(id),
    work: (by, { params, body }) =>
      pipe(
        TE.fromEither<ApiError, Parameters<typeof endorsementKeyOf>[1]>(offeredKeyOf(body)),
        TE.flatMapEither((key) => endorsementKeyOf(api.deps, key)),
        TE.flatMap(({ digest }) =>
          replaceEndorsementKey(api.deps)({ ...by, host: params.id, endorsementKey: digest, reason: body.reason }),
        ),
      ),
  });

export const hostCommandRoutes = (api: Api): ReadonlyArray<Route> => [
  enrol(api),
  change(api, 'quarantine', 'quarantineHost', 'Withholds trust, whatever the evidence says.', quarantineHost),
  change(api, 'release', 'releaseHost', 'Ends a quarantine.', releaseHost),
  change(api, 'retire', 'retireHost', 'Ends the history of a host and frees its endorsement key.', retireHost),
  replaceKey(api),
];
