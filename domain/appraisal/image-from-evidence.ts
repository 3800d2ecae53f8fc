import * as E from 'fp-ts/lib/Either.js';
import type { BootClaims, EsxiClaims } from '../boot-log/claims.js';
import type { BaseImage, CommandLineRule, EsxiImage, GoldenPcrImage, UefiLinuxImage } from './base-image.js';
import type { AttestationPolicy } from './policy.js';
import { printable } from './reason-codes.js';
import { kernelLinesOf, parametersOf } from './v1/images/command-line.js';
import { productVersionsOf } from './v1/images/esxi.js';

type Bank = AttestationPolicy['pcrBanks'][number];

interface Named {
  /** The operator's name of the image. */
  readonly version: string;
  readonly displayName: string;
  readonly bank: Bank;
}

export interface ImageRequest extends Named {
  /** Of a reference host whose evidence was appraised: an image is only as good as the host that it is made from. */
  readonly claims: BootClaims;
  readonly kind: 'esxi' | 'uefi-linux';
  /** Pin what differs from host to host as well (initial RAM disks, ESXi's state archives): an image for one host. */
  readonly pinEverything?: boolean;
}

export type ImageError =
  | { readonly _tag: 'NotAnEsxiHost' }
  | { readonly _tag: 'ProductVersionUnclear'; readonly versions: ReadonlyArray<string> }
  | { readonly _tag: 'NothingMeasured'; readonly what: 'boot applications' | 'modules' };

/** State archives and the image database of an ESXi host: every host has its own. */
export const ESXI_HOST_OWN: ReadonlyArray<string> = ['state.tgz', 'imgdb.tgz', 'onetime.tgz', 'local.tgz'];

/** Made on the host (initial RAM disks) or for it (boot loader configuration). */
const LINUX_HOST_OWN = /initrd|initramfs|\.cfg$|grubenv$|\.conf$/i;

/** Parameters whose values name this host, or its disks. */
const HOST_OWN_PARAMETER =
  /^(?:bootUUID|rootUUID|root|resume|cryptdevice|rd\.luks\.uuid|ip|hostname|systemd\.machine_id)=/;

/** Parameters that switch a protection on: an image made from a host that has them wants them from all. */
const PROTECTION =
  /^(?:execInstalledOnly=TRUE|lockdown=.+|module\.sig_enforce(?:=1)?|selinux=1|enforcing=1|apparmor=1|security=.+|lsm=.+|ima_policy=.+|ima_appraise=enforce|iommu=force|intel_iommu=on)$/i;

const DISTINCT_LIMIT = 256;

const distinct = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(items)];

const ruleFrom = (lines: ReadonlyArray<{ readonly text: string }>): CommandLineRule => {
  const parameters = lines.map(({ text }) => parametersOf(text));
  const all = distinct(parameters.flat());
  const required = all.filter((token) => PROTECTION.test(token) && parameters.every((line) => line.includes(token)));
  const allowed = all
    .filter((token) => !required.includes(token))
    .map((token) => (HOST_OWN_PARAMETER.test(token) ? token.replace(/=.*$/s, '=*') : token));
  return { allowed: distinct(allowed).slice(0, DISTINCT_LIMIT), required };
};

/** The same measurement twice is one entry; the same name with any content is one entry each time: names are only claims. */
const entries = <A extends { readonly name: string; readonly digest: string }>(
  measured: ReadonlyArray<A>,
  isHostOwn: (name: string) => boolean,
): ReadonlyArray<A & { readonly any: boolean }> => {
  const seen = new Set<string>();
  return measured.flatMap((item) => {
    const any = isHostOwn(item.name);
    const key = `${item.digest} ${item.name}`;
    if (!any && seen.has(key)) return [];
    seen.add(key);
    return [{ ...item, any }];
  });
};

const esxiImage = (request: ImageRequest, esxi: EsxiClaims, productVersion: string): EsxiImage => ({
  kind: 'esxi',
  version: request.version,
  displayName: request.displayName,
  bank: request.bank,
  productVersion,
  modules: entries(
    esxi.modules.map(({ file, ...rest }) => ({ name: file, ...rest })),
    (name) => request.pinEverything !== true && ESXI_HOST_OWN.includes(name),
  ).map(({ name, pcr, digest, any }) => ({
    file: printable(name, 128),
    pcr,
    digests: any ? [] : [digest],
    requirement: any ? 'optional' : 'required',
  })),
  commandLine: ruleFrom(request.claims.commandLines),
  signers: distinct(esxi.signers),
  bootOptions: esxi.bootOptions.map(({ file }) => printable(file, 128)),
});

const linuxImage = (request: ImageRequest): UefiLinuxImage => {
  const { claims } = request;
  const isHostOwn = (name: string): boolean => request.pinEverything !== true && LINUX_HOST_OWN.test(name);
  const authorities = claims.secureBoot.authorities.filter(({ kind }) => kind !== 'variable');
  const applications = claims.bootApplications.map(({ digest, path }, i) => ({
    name: path === undefined || path === '' ? `boot application ${String(i + 1)}` : path,
    digest,
  }));
  return {
    kind: 'uefi-linux',
    version: request.version,
    displayName: request.displayName,
    bank: request.bank,
    bootApplications: distinct(applications.map(({ digest }) => digest)).map((digest) => ({
      name: printable(applications.find((one) => one.digest === digest)?.name ?? digest, 512),
      digests: [digest],
      requirement: 'required',
    })),
    authorities: distinct(authorities.map(({ sha256 }) => sha256)),
    files: entries(claims.files, isHostOwn).map(({ name, digest, any }) => ({
      name: printable(name, 512),
      digests: any ? [] : [digest],
      requirement: 'required',
    })),
    commandLine: ruleFrom(kernelLinesOf(claims)),
  };
};

/** The base image that a reference host's own claims describe, for an operator to review before anyone approves it. */
export const imageFromClaims = (request: ImageRequest): E.Either<ImageError, BaseImage> => {
  const { claims, kind } = request;
  if (kind === 'uefi-linux')
    return claims.bootApplications.length === 0
      ? E.left({ _tag: 'NothingMeasured', what: 'boot applications' })
      : E.right(linuxImage(request));
  if (claims.esxi === undefined) return E.left({ _tag: 'NotAnEsxiHost' });
  if (claims.esxi.modules.length === 0) return E.left({ _tag: 'NothingMeasured', what: 'modules' });
  const versions = productVersionsOf(claims.esxi);
  const [version] = versions;
  return version === undefined || versions.length > 1
    ? E.left({ _tag: 'ProductVersionUnclear', versions })
    : E.right(esxiImage(request, claims.esxi, version));
};

/** Exact register values, for hosts without a finer description: any update changes them. */
export const goldenImage = (
  named: Named,
  values: ReadonlyMap<number, string>,
  pcrs: ReadonlyArray<number>,
): GoldenPcrImage => ({
  kind: 'golden-pcrs',
  version: named.version,
  displayName: named.displayName,
  bank: named.bank,
  pcrs: pcrs.flatMap((pcr) => {
    const value = values.get(pcr);
    return value === undefined ? [] : [{ pcr, values: [value] }];
  }),
});
