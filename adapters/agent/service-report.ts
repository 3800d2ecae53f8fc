import { createHash, X509Certificate } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { Service } from '../../domain/cluster/service.js';
import { ListUpTo, Text } from '../../domain/encoding/primitives.js';
import { Pem } from '../text/pem-text.js';
import type { AgentError } from './agent-error.js';
import { answerTo } from './answer-to.js';
import type { ServiceLine } from './service-line.js';
import type { ServiceInUse } from './services-in-use.js';

const Reported = t.type({
  desired: t.union([t.null, ListUpTo(Service, 32)]),
  differences: ListUpTo(t.type({ service: Text(512), what: Text(64) }), 128),
  remediation: t.union([t.null, Text(64)]),
  certificates: ListUpTo(Pem, 256),
});
export type Reported = t.TypeOf<typeof Reported>;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;

/** SHA-256 of each certificate in these files. */
export const certificateDigests = (pems: ReadonlyArray<string>): E.Either<AgentError, ReadonlyArray<string>> =>
  E.tryCatch(
    () => {
      const found = pems.flatMap((pem) => pem.match(CERTIFICATE) ?? []);
      return found.map((each) => createHash('sha256').update(new X509Certificate(each).raw).digest('hex'));
    },
    (): AgentError => ({ _tag: 'AnswerMalformed', field: 'trustedCa', rule: 'must be certificates' }),
  );

const KINDS = ['attestation', 'key-provider'] as const;

/** Where no remediation said anything yet: the one address that the agent was started with, for both. */
const startedWith = ({ startedWith: { url, ca } }: ServiceLine, group: string): ReadonlyArray<ServiceInUse> => {
  const { hostname, port, protocol } = new URL(url);
  const at = { hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port), group };
  return KINDS.map((kind) => ({ kind, ...at, trustedCa: ca === undefined ? [] : [ca] }));
};

const appliedOf = (service: ServiceInUse): E.Either<AgentError, Service> =>
  pipe(
    certificateDigests(service.trustedCa),
    E.map((trustedCa) => ({ ...service, trustedCa })),
  );

/** What this host uses, which is what it applies. `group`: of the authority that judged it last. */
export const appliedServices = (line: ServiceLine, group: string): E.Either<AgentError, ReadonlyArray<Service>> =>
  pipe(line.inUse() ?? startedWith(line, group), E.traverseArray(appliedOf));

/** Says so, as this host; the answer says what it shall apply. */
export const reportServices = (
  line: ServiceLine,
  host: string,
  { token, services }: { readonly token: string; readonly services: ReadonlyArray<Service> },
): TE.TaskEither<AgentError, Reported> =>
  answerTo(line.attestation)(Reported, {
    path: `/v1/hosts/${encodeURIComponent(host)}/applied-config`,
    body: { services },
    bearer: token,
  });
