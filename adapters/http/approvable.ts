import * as t from 'io-ts';
import type { Permission } from '../../domain/access/permissions.js';
import { accessOf, type Operation } from './permissions.js';

/**
 * What a policy may ask a second person for. The whole request is kept for the approver to read, so nothing whose request
 * holds a secret belongs here; nor does what only takes trust away, because stopping must never wait for a second.
 */
export const Approvable = t.keyof(
  {
    grantOperator: null,
    withdrawOperator: null,
    trustTokenIssuer: null,
    bindAccount: null,
    trustPrincipal: null,
    replacePrincipalCertificates: null,
    changePolicy: null,
    trustTpmCa: null,
    trustEndorsementKey: null,
    trustEndorsementKeys: null,
    replaceEndorsementKey: null,
    listTpmModel: null,
    releaseHost: null,
    createKeyProvider: null,
    changeKeyProvider: null,
    changePrimaryKey: null,
    destroyPrimaryKey: null,
    addKeyServer: null,
    trustPeerCertificates: null,
    enableCluster: null,
    addClusterHost: null,
    changeGuardPolicy: null,
    advertiseService: null,
    attachServices: null,
    importServices: null,
    changeApprovalPolicy: null,
  } satisfies Partial<Record<Operation, null>>,
  'Approvable',
);
export type Approvable = t.TypeOf<typeof Approvable>;

/** The same by another door: who may not do the one alone may not do the other. */
export const namedAs = (operation: Approvable): ReadonlyArray<Approvable> =>
  operation === 'trustEndorsementKeys' ? [operation, 'trustEndorsementKey'] : [operation];

/** What anybody does for themselves: asking for it takes no permission, answering does. */
export const isOwn = (operation: Approvable): boolean => accessOf(operation) === 'operator';

export const permissionOf = (operation: Approvable): Permission => {
  const access = accessOf(operation);
  // What people do for themselves is about who may do what.
  return access === 'public' || access === 'host' || access === 'operator' ? 'ManageOperators' : access;
};
