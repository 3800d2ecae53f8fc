import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Service } from '../../domain/cluster/service.js';
import { type AgentError, describeAgentError } from './agent-error.js';
import { attest } from './attest.js';
import type { Attester } from './attester.js';
import type { Round } from './key-access.js';
import type { ServiceLine } from './service-line.js';
import { appliedServices, certificateDigests, type Reported, reportServices } from './service-report.js';
import { type ServiceInUse, writeServices } from './services-in-use.js';
import { eraseWrappingKey } from './wrapping-key.js';

interface Parts {
  readonly attester: Attester;
  readonly line: ServiceLine;
  /** Reports what is used, and goes on using it whatever a remediation says. */
  readonly keepServices: boolean;
  readonly attestNow?: (attester: Attester) => TE.TaskEither<AgentError, Round>;
}

const report = ({ attester, line }: Parts, { result }: Round): TE.TaskEither<AgentError, Reported | undefined> => {
  const { tokens = [], group } = result;
  const token = (tokens.find(({ kind }) => kind === 'reporting') ?? tokens[0])?.token;
  return token === undefined || group === undefined
    ? TE.right(undefined)
    : pipe(
        TE.fromEither(appliedServices(line, group)),
        TE.flatMap((services) => reportServices(line, attester.host, { token, services })),
      );
};

const unfit = (rule: string): AgentError => ({ _tag: 'ServicesUnfit', rule });

/** Each CA by the digest that the service names, so that none is believed that was not desired. */
const withCertificates = (
  services: ReadonlyArray<Service>,
  certificates: ReadonlyArray<string>,
): E.Either<AgentError, ReadonlyArray<ServiceInUse>> =>
  pipe(
    certificates,
    E.traverseArray((pem) => certificateDigests([pem])),
    E.map((digests) => new Map(digests.map(([digest], i) => [digest, certificates[i]]))),
    E.flatMap((found) =>
      pipe(
        services,
        E.traverseArray((service) =>
          pipe(
            service.trustedCa,
            E.traverseArray((digest) =>
              E.fromNullable(unfit(`came without the certificate ${digest}`))(found.get(digest)),
            ),
            E.map((trustedCa) => ({ ...service, trustedCa })),
          ),
        ),
      ),
    ),
  );

const eraseAccess = ({ access }: Round): void => {
  if (access !== undefined) eraseWrappingKey(access.wrappingKey);
};

/** The old services stay in use unless the new ones are seen to trust this host; then the new ones outlive a restart. */
const moveTo = (parts: Parts, services: ReadonlyArray<ServiceInUse>): TE.TaskEither<AgentError, Round> => {
  const { attester, line, attestNow = attest } = parts;
  const before = line.inUse();
  const kept = (round: Round): TE.TaskEither<AgentError, void> =>
    round.result.verdict === 'affirming'
      ? writeServices(attester.folder.folder, services)
      : TE.left(unfit('do not trust this host'));
  return pipe(
    line.use(services),
    E.mapLeft(({ rule }) => unfit(rule)),
    TE.fromEither,
    TE.flatMap(() => attestNow(attester)),
    TE.tap((round) =>
      pipe(
        kept(round),
        TE.tapError(() => TE.fromIO(() => eraseAccess(round))),
      ),
    ),
    TE.tapError(() => TE.fromIO(() => line.use(before))),
  );
};

const logFault = ({ log }: Attester, message: string, error: AgentError): void => {
  // Nothing is desired of a host in no cluster.
  if (error._tag === 'AuthorityRefused' && error.code === 'HostInNoCluster') return;
  log({ level: 'warn', message: `${message}: ${describeAgentError(error)}`, error: error._tag });
};

const apply = async (parts: Parts, round: Round, { desired, certificates }: Reported): Promise<Round> => {
  const { attester } = parts;
  const moved = await pipe(
    TE.fromEither(withCertificates(desired ?? [], certificates)),
    TE.flatMap((services) => moveTo(parts, services)),
  )();
  if (E.isLeft(moved)) {
    logFault(attester, 'services not applied', moved.left);
    return round;
  }
  eraseAccess(round);
  attester.log({ level: 'info', message: 'services applied', services: desired?.length ?? 0 });
  const again = await report(parts, moved.right)();
  if (E.isLeft(again)) logFault(attester, 'applied services not reported', again.left);
  return moved.right;
};

/**
 * Says after an attestation which services this host uses, and uses others where a remediation tells it to. The round that
 * counts from then on: the given one, or the one that showed that the new services work. Never rejects.
 */
export const followServices = async (parts: Parts, round: Round): Promise<Round> => {
  if (round.result.verdict !== 'affirming') return round;
  const reported = await report(parts, round)();
  if (E.isLeft(reported)) {
    logFault(parts.attester, 'services in use not reported', reported.left);
    return round;
  }
  const told = reported.right;
  if (told === undefined || told.remediation === null || told.desired === null) return round;
  const { remediation, differences } = told;
  const words = {
    job: remediation,
    differences: differences.map(({ service, what }) => `${service}: ${what}`).join('; '),
  };
  parts.attester.log({ level: 'info', message: 'told to use other services', ...words });
  return parts.keepServices ? round : apply(parts, round, told);
};
