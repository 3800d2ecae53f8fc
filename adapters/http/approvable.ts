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

export const permissionOf = (operation: Approvable): Permission => {
  const access = accessOf(operation);
  // The table gives each of these a permission; who has none of them could never be asked.
  return access === 'public' || access === 'host' || access === 'operator' ? 'ManageOperators' : access;
};
