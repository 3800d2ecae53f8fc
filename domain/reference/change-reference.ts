import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM, currentAccess } from '../access/access-stream.js';
import type { AttestationPolicy } from '../appraisal/policy.js';
import type { ListedTpmModel } from '../appraisal/reference-values.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { executeReference, executeReferenceFrom, type ReferenceOutcome } from './reference-stream.js';

type Change<Input> = (deps: AuthorityDeps) => (input: Request & Input) => ReferenceOutcome;

interface Named {
  readonly name: string;
  readonly reason: string;
}

export const revokeTpmCa: Change<Named> = (deps) => (input) => {
  const { by, name, reason } = input;
  return executeReference(deps)(input, { type: 'RevokeTpmCa', by, name, reason });
};

/** With `publicKeyDigest`, also a key that was never listed. */
export const revokeEndorsementKey: Change<Named & { readonly publicKeyDigest?: string | undefined }> =
  (deps) => (input) => {
    const { by, name, publicKeyDigest, reason } = input;
    return executeReference(deps)(input, { type: 'RevokeEndorsementKey', by, name, publicKeyDigest, reason });
  };

/** With `digest`, only if that is what is proposed: the approver may name what they read. */
export const approveBaseImage: Change<{ readonly version: string; readonly digest?: string | undefined }> =
  (deps) => (input) => {
    const { by, commandId, version, digest } = input;
    const emergency = deps.approvalOf?.(commandId);
    const alone = emergency !== undefined && emergency.by === undefined;
    return executeReferenceFrom(deps)(input, () =>
      pipe(
        currentAccess(deps),
        TE.map(({ state: { persons }, revision }) => ({
          command: { type: 'ApproveBaseImage', by, version, digest, persons, alone },
          basis: { [ACCESS_STREAM]: revision },
        })),
      ),
    );
  };

export const withdrawBaseImage: Change<{ readonly version: string; readonly reason: string }> = (deps) => (input) => {
  const { by, version, reason } = input;
  return executeReference(deps)(input, { type: 'WithdrawBaseImage', by, version, reason });
};

export const listTpmModel: Change<ListedTpmModel> = (deps) => (input) => {
  const { by, manufacturer, model, firmwareVersions, biosVersions, asOf } = input;
  const listed = { manufacturer, model, firmwareVersions, biosVersions, asOf };
  return executeReference(deps)(input, { type: 'ListTpmModel', by, ...listed });
};

export const delistTpmModel: Change<{
  readonly manufacturer: string;
  readonly model: string;
  readonly reason: string;
}> = (deps) => (input) => {
  const { by, manufacturer, model, reason } = input;
  return executeReference(deps)(input, { type: 'DelistTpmModel', by, manufacturer, model, reason });
};

/** `expectedRevision`: of the reference stream's last policy change that the operator saw; -1 for none yet. */
export const changePolicy: Change<{
  readonly policy: AttestationPolicy;
  readonly expectedRevision?: number | undefined;
}> = (deps) => (input) => {
  const { by, policy, expectedRevision } = input;
  return executeReference(deps)(input, { type: 'ChangeAttestationPolicy', by, policy, expectedRevision });
};
