import type { TpmIdentity } from '../../../tpm/tpm-identity.js';
import { reason } from '../../reason-codes.js';
import type { ListedTpmModel, ReferenceValues } from '../../reference-values.js';
import type { Reason, RuleResult } from '../../result.js';
import { type Fact, judged, judgedWith, notApplicable, notChecked } from '../rule-result.js';

const RULE = 'tpm-model';

const fits = (listed: ListedTpmModel, tpm: TpmIdentity, bios: string | undefined): boolean =>
  [tpm.manufacturer, tpm.manufacturerName].includes(listed.manufacturer) &&
  listed.model === tpm.model &&
  listed.firmwareVersions.includes(tpm.firmwareVersion) &&
  (listed.biosVersions.length === 0 || (bios !== undefined && listed.biosVersions.includes(bios)));

const reasonsOf = (
  models: ReadonlyArray<ListedTpmModel>,
  tpm: TpmIdentity,
  bios: string | undefined,
): ReadonlyArray<Reason> =>
  models.some((listed) => fits(listed, tpm, bios))
    ? []
    : [
        reason('TpmModelNotListed', {
          subject: `${tpm.manufacturerName ?? tpm.manufacturer} ${tpm.model} ${tpm.firmwareVersion}`,
          actual: bios,
        }),
      ];

/** Only a certificate that leads to a trusted CA says what TPM this is; the BIOS is what the believed log measured. */
export const judgeTpmModel = (
  { policy, tpmModels }: ReferenceValues,
  certificateRule: RuleResult | undefined,
  tpm: TpmIdentity | undefined,
  bios: Fact<string | undefined>,
): RuleResult => {
  if (!policy.requireListedTpmModel) return notApplicable(RULE, 'policy does not ask for listed TPM models');
  if (tpm !== undefined) return judgedWith(RULE, bios, (version) => reasonsOf(tpmModels, tpm, version));
  return certificateRule?.outcome === 'failed'
    ? notChecked(RULE, certificateRule.rule)
    : judged(RULE, [reason('TpmModelUnknown')]);
};
