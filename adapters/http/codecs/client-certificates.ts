import * as t from 'io-ts';
import { ClientCertificate } from '../../../domain/access/client-certificate.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Text } from '../../../domain/encoding/primitives.js';
import { Uuid } from '../../../domain/ledger/envelope.js';
import { Subject } from '../../access/tokens.js';
import { Pem } from '../../text/pem-text.js';
import { AsOf } from './answers.js';
import { Act } from './reads.js';

export const CertificatePath = closed({ id: Uuid }, 'CertificatePath');

/** One certificate by its key, or every one that a CA gives to this name. */
export const BindClientCertificate = t.union([
  closed({ subject: Subject, certificate: Pem }, 'OneKey'),
  closed({ subject: Subject, ca: Pem, name: Text(1024) }, 'OneName'),
]);

export const ClientCertificatesAnswer = t.type(
  {
    asOf: AsOf,
    clientCertificates: t.readonlyArray(
      t.type({ id: t.string, subject: t.string, certificate: ClientCertificate, bound: Act, expired: t.boolean }),
    ),
  },
  'ClientCertificatesAnswer',
);
