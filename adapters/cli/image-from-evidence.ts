import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppraisalResult } from '../../domain/appraisal/appraiser.js';
import type { BaseImage } from '../../domain/appraisal/base-image.js';
import { goldenImage, type ImageError, imageFromClaims } from '../../domain/appraisal/image-from-evidence.js';
import { PolicyBank } from '../../domain/appraisal/policy.js';
import { toHex } from '../../domain/encoding/bytes.js';
import type { ReadEvidenceFile } from '../evidence-file/read-evidence-file.js';
import { badInput, type CliFailure, negative } from './failure.js';

export interface ImageOptions {
  readonly version: string;
  readonly displayName: string | undefined;
  readonly kind: 'esxi' | 'uefi-linux' | 'golden-pcrs' | undefined;
  readonly pcrs: ReadonlyArray<number> | undefined;
  readonly pinEverything: boolean;
}

/** Without these the log's digests are somebody's words, and nothing may be made of them. */
const FOUNDATIONS = [
  'quote-signature',
  'quote-header',
  'qualifying-data',
  'pcr-digest',
  'boot-log-replay',
  'event-data',
];

const imageFailure = (error: ImageError): CliFailure => {
  switch (error._tag) {
    case 'NotAnEsxiHost':
      return badInput('NotAnEsxiHost', 'the boot log has no ESXi events; leave --kind away, or use --kind uefi-linux');
    case 'ProductVersionUnclear':
      return badInput(
        'ProductVersionUnclear',
        `the boot log names these versions: ${error.versions.join(', ') || 'none'}`,
      );
    case 'NothingMeasured':
      return badInput('NothingMeasured', `the boot log has no ${error.what}`);
  }
};

const unsound = ({ rules }: AppraisalResult): CliFailure | undefined => {
  const bad = rules.find(({ rule, outcome }) => FOUNDATIONS.includes(rule) && outcome !== 'passed');
  if (bad === undefined) return undefined;
  const why = bad.reasons.map(({ code }) => code).join(', ') || (bad.because ?? bad.outcome);
  return negative('EvidenceUnsound', `no image can be made from this evidence: ${bad.rule}: ${why}`);
};

/** The image that a reference host's own evidence describes, for a person to review before anyone proposes it. */
export const imageOf = (
  { evidence }: ReadEvidenceFile,
  result: AppraisalResult,
  { version, displayName = version, kind, pcrs, pinEverything }: ImageOptions,
): E.Either<CliFailure, BaseImage> => {
  const fault = unsound(result);
  if (fault !== undefined) return E.left(fault);
  const { bank, boot } = result.claims;
  if (!PolicyBank.is(bank) || boot === undefined) {
    return E.left(
      negative('EvidenceUnsound', 'no image can be made from this evidence: it quotes no bank that policy allows'),
    );
  }
  const named = { version, displayName, bank };
  if (kind === 'golden-pcrs') {
    const values = new Map([...(evidence.pcrs.get(bank) ?? [])].map(([pcr, value]) => [pcr, toHex(value)]));
    return E.right(goldenImage(named, values, pcrs ?? [...values.keys()].sort((a, b) => a - b)));
  }
  const found = kind ?? (boot.esxi === undefined ? 'uefi-linux' : 'esxi');
  return pipe(imageFromClaims({ ...named, claims: boot, kind: found, pinEverything }), E.mapLeft(imageFailure));
};
