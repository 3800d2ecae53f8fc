import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type PublisherStatus, publisherFaultText } from '../../publisher/publisher-status.js';
import type { Api } from '../api.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** Null where nothing is known or nothing is wrong. */
export const PublisherAnswer = t.type(
  {
    /** `off`: this authority publishes nothing. */
    state: t.string,
    published: t.number,
    lagEvents: t.number,
    lagSeconds: t.number,
    checkpoint: t.union([t.null, t.number]),
    fault: t.union([t.null, t.type({ code: t.string, text: t.string })]),
    warnings: t.readonlyArray(t.string),
    sent: t.number,
    failures: t.number,
  },
  'PublisherAnswer',
);
export type PublisherAnswer = t.TypeOf<typeof PublisherAnswer>;

const OFF: PublisherAnswer = {
  state: 'off',
  published: 0,
  lagEvents: 0,
  lagSeconds: 0,
  checkpoint: null,
  fault: null,
  warnings: [],
  sent: 0,
  failures: 0,
};

const answerOf = ({ fault, ...status }: PublisherStatus): PublisherAnswer => ({
  ...status,
  fault: fault === undefined ? null : { code: fault._tag, text: publisherFaultText(fault) },
});

export const publisherRoutes = (api: Api): ReadonlyArray<Route> => [
  route({
    method: 'GET',
    path: '/v1/publisher',
    operation: 'showPublisher',
    summary: 'Whether events reach Kafka, how far it is behind, and why.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: PublisherAnswer,
    handle: () => TE.right({ body: api.publisher === undefined ? OFF : answerOf(api.publisher()) }),
  }),
];
