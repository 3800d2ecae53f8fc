import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { Hostname, Port, ServiceKind } from '../../domain/cluster/service.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { ListUpTo, Text } from '../../domain/encoding/primitives.js';
import { Pem } from '../text/pem-text.js';
import type { AgentError } from './agent-error.js';
import { parseDocument } from './parse-document.js';
import { readCapped, replaceFile } from './private-files.js';

/** A service as this host reaches it: always by TLS, whose chain may end in these CAs alone; none: in the system's. */
const ServiceInUse = closed(
  { kind: ServiceKind, hostname: Hostname, port: Port, group: Text(64), trustedCa: ListUpTo(Pem, 8) },
  'ServiceInUse',
);
export type ServiceInUse = t.TypeOf<typeof ServiceInUse>;

const ServicesInUse = closed({ version: t.literal(1), services: ListUpTo(ServiceInUse, 32) }, 'ServicesInUse');

const FILE_CAP = 1_048_576;
const fileIn = (folder: string): string => join(folder, 'services.json');

const parse = (bytes: Uint8Array): E.Either<string, ReadonlyArray<ServiceInUse>> =>
  pipe(
    parseDocument(ServicesInUse)(bytes),
    E.map(({ services }) => services),
  );

/**
 * What a remediation told this host to use; undefined when none did yet. A damaged file is a fault, and never passed over:
 * the host would speak to whom it was told to leave.
 */
export const readServices = (folder: string): TE.TaskEither<AgentError, ReadonlyArray<ServiceInUse> | undefined> => {
  const file = fileIn(folder);
  return pipe(
    readCapped(file, FILE_CAP),
    TE.flatMapEither(
      (bytes): E.Either<AgentError, ReadonlyArray<ServiceInUse> | undefined> =>
        pipe(
          parse(bytes),
          E.mapLeft((rule) => ({ _tag: 'FileFault', file, rule })),
        ),
    ),
    TE.orElse((error) => (error._tag === 'FileFault' && error.absent === true ? TE.right(undefined) : TE.left(error))),
  );
};

export const writeServices = (folder: string, services: ReadonlyArray<ServiceInUse>): TE.TaskEither<AgentError, void> =>
  replaceFile(fileIn(folder), utf8(`${JSON.stringify(ServicesInUse.encode({ version: 1, services }), null, 1)}\n`));
