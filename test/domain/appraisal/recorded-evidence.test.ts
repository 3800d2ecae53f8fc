import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type ImageRequest, imageFromClaims } from '../../../domain/appraisal/image-from-evidence.js';
import type { ReferenceImage } from '../../../domain/appraisal/reference-values.js';
import { approved, judge, reasonsOf, recorded, withdrawn } from '../../support/appraisal.js';

const imageOf = (name: string, kind: ImageRequest['kind'], bank: ImageRequest['bank'] = 'sha256') => {
  const { boot } = judge(recorded(name)).claims;
  if (boot === undefined) throw new Error(`${name} has no claims`);
  const image = imageFromClaims({ claims: boot, version: name, displayName: name, bank, kind });
  if (E.isLeft(image)) throw new Error(JSON.stringify(image.left));
  return image.right;
};

const LINUX = imageOf('linux-secure-boot-rsassa', 'uefi-linux');
const ESXI = imageOf('esxi-8.0.3-rsa', 'esxi');
const BOTH: ReadonlyArray<ReferenceImage> = [approved(LINUX), approved(ESXI)];

/** File, whether it is good without an image, and its reasons with the approved images. */
const TABLE: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
  ['linux-secure-boot-rsassa', [], []],
  ['linux-secure-boot-rsapss', [], []],
  ['linux-secure-boot-ecdsa', [], []],
  ['linux-secure-boot-ecdsa-p384', [], []],
  ['linux-secure-boot-two-banks', [], []],
  ['linux-second-boot', [], []],
  ['linux-other-tpm', [], []],
  ['esxi-8.0.3-rsa', [], []],
  ['esxi-8.0.3-ecc', [], []],
  ['linux-secure-boot-sha1-bank', ['PcrBankNotAllowed sha1'], ['PcrBankNotAllowed sha1']],
  ['linux-no-secure-boot', ['SecureBootDisabled pcr 7'], ['SecureBootDisabled pcr 7']],
  ['esxi-no-secure-boot', ['SecureBootDisabled pcr 7'], ['SecureBootDisabled pcr 7']],
  ['linux-other-command-line', [], ['CommandLineNotAllowed init=/bin/sh', 'CommandLineNotAllowed lockdown=none']],
  ['esxi-8.0.2', [], ['BaseImageUnknown 8.0.2 build-22380479']],
  ['esxi-8.0.2-after-power-cut', [], ['BaseImageUnknown 8.0.2 build-22380479']],
  ['esxi-8.0.3-extra-module', [], ['UnknownModule netpwn.v00 pcr 13']],
  ['esxi-8.0.3-missing-module', [], ['MissingModule vsan.v00 pcr 13']],
  ['esxi-8.0.3-changed-module', [], ['ModuleDigestMismatch vmx.v00 pcr 13']],
];

describe('recorded evidence', () => {
  it.each(TABLE)('%s is judged with exactly its reasons', (name, without, withImages) => {
    const file = recorded(name);
    const offline = judge(file);
    expect(reasonsOf(offline)).toEqual(without);
    expect(offline.verdict).toBe(without.length === 0 ? 'affirming' : 'contraindicated');
    const full = judge(file, { images: BOTH });
    expect(reasonsOf(full)).toEqual(withImages);
    expect(full.verdict).toBe(withImages.length === 0 ? 'affirming' : 'contraindicated');
    expect(full.image === undefined).toBe(withImages.length > 0);
  });

  it('says which rules stay open when a good host is judged offline and without an image', () => {
    expect(judge(recorded('linux-secure-boot-rsassa')).notChecked).toEqual(['credential-activation', 'base-image']);
    expect(judge(recorded('linux-secure-boot-rsassa'), { images: BOTH }).notChecked).toEqual(['credential-activation']);
  });

  it('is never the host’s own word while nobody activated a credential', () => {
    const file = recorded('linux-secure-boot-rsassa');
    const offline = judge(file);
    expect(offline.hostsOwn).toBe(false);
    const akName = offline.claims.akName;
    expect(judge(file, { host: { certifiedAkName: akName } }).hostsOwn).toBe(true);
    expect(judge({ ...file, nonce: new Uint8Array(32) }, { host: { certifiedAkName: akName } }).hostsOwn).toBe(false);
  });

  it('names the withdrawn image that a host runs, and nothing else', () => {
    const result = judge(recorded('esxi-8.0.3-rsa'), { images: [approved(LINUX), withdrawn(ESXI)] });
    expect(reasonsOf(result)).toEqual(['BaseImageWithdrawn esxi-8.0.3-rsa']);
    const linux = judge(recorded('linux-second-boot'), { images: [withdrawn(LINUX), approved(ESXI)] });
    expect(reasonsOf(linux)).toEqual(['BaseImageWithdrawn linux-secure-boot-rsassa']);
  });

  it('affirms by an approved image that fits although a withdrawn one fits too', () => {
    const images = [withdrawn({ ...ESXI, version: 'old' }), approved(ESXI)];
    expect(judge(recorded('esxi-8.0.3-rsa'), { images }).image?.version).toBe('esxi-8.0.3-rsa');
  });

  it('refuses every host while no image is approved', () => {
    expect(reasonsOf(judge(recorded('esxi-8.0.3-rsa'), { images: [] }))).toEqual(['NoBaseImageApproved']);
    const result = judge(recorded('esxi-8.0.3-rsa'), { images: [withdrawn(LINUX)] });
    expect(reasonsOf(result)).toEqual(['NoBaseImageApproved']);
  });

  it('judges a SHA-384 bank by an image of that bank, and names an image of another one', () => {
    const image = imageOf('linux-secure-boot-sha384-bank', 'uefi-linux', 'sha384');
    const file = recorded('linux-secure-boot-sha384-bank');
    expect(judge(file, { images: [approved(image)] }).image?.version).toBe('linux-secure-boot-sha384-bank');
    expect(reasonsOf(judge(file, { images: [approved(LINUX)] }))).toEqual(['BaseImageBankNotQuoted']);
  });

  it('lets a SHA-1 bank decide only where policy names it', () => {
    const file = recorded('linux-secure-boot-sha1-bank');
    expect(judge(file, { policy: { pcrBanks: ['sha1'] } }).verdict).toBe('affirming');
  });

  it('judges the same evidence twice in the same way', () => {
    const once = judge(recorded('esxi-8.0.3-extra-module'), { images: BOTH });
    expect(judge(recorded('esxi-8.0.3-extra-module'), { images: BOTH })).toEqual(once);
  });
});
