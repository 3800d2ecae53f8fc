import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { HexUpTo, ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { PolicyBank } from './policy.js';

const Digest = HexUpTo(64);

/** `any`: must be there (or may, if not required) with whatever content, because it differs from host to host. */
const Requirement = t.keyof({ required: null, optional: null });

/**
 * Rules for a command line, token by token. A token is allowed if it is listed; `name=*` allows every value.
 * `required` tokens must all be there. Order does not matter.
 */
export const CommandLineRule = closed(
  { allowed: ListUpTo(Text(1024), 256), required: ListUpTo(Text(1024), 256) },
  'CommandLineRule',
);
export type CommandLineRule = t.TypeOf<typeof CommandLineRule>;

export const EsxiModule = closed(
  {
    file: Text(128),
    pcr: SafeInt,
    /** Accepted digests in the image's bank; empty: any content. */
    digests: ListUpTo(Digest, 16),
    requirement: Requirement,
  },
  'EsxiModule',
);
export type EsxiModule = t.TypeOf<typeof EsxiModule>;

export const EsxiImage = closed(
  {
    kind: t.literal('esxi'),
    /** The operator's name of the image, unique within a group. */
    version: Text(128),
    displayName: Text(256),
    bank: PolicyBank,
    /** As in the version records of vmkBoot and vmkernel, e.g. "8.0.3 build-24022510". */
    productVersion: Text(128),
    modules: ListUpTo(EsxiModule, 1024),
    commandLine: CommandLineRule,
    /** SHA-256 of accepted signers; null: not judged. */
    signers: t.union([t.null, ListUpTo(Digest, 64)]),
    /** Names of `.gz` boot option modules that may be there; null: not judged. */
    bootOptions: t.union([t.null, ListUpTo(Text(128), 256)]),
  },
  'EsxiImage',
);
export type EsxiImage = t.TypeOf<typeof EsxiImage>;

export const MeasuredFile = closed(
  { name: Text(512), digests: ListUpTo(Digest, 16), requirement: Requirement },
  'MeasuredFile',
);
export type MeasuredFile = t.TypeOf<typeof MeasuredFile>;

export const UefiLinuxImage = closed(
  {
    kind: t.literal('uefi-linux'),
    version: Text(128),
    displayName: Text(256),
    bank: PolicyBank,
    /** Authenticode digests that may be started from PCR 4, e.g. shim, GRUB, kernel; all `required` ones must be. */
    bootApplications: ListUpTo(MeasuredFile, 64),
    /** SHA-256 of db certificates or hashes that may have authorised what was loaded; null: not judged. */
    authorities: t.union([t.null, ListUpTo(Digest, 64)]),
    /** Files that the boot loader or the EFI stub measured (PCR 9). Empty `digests`: any content (configuration files). */
    files: ListUpTo(MeasuredFile, 256),
    commandLine: CommandLineRule,
  },
  'UefiLinuxImage',
);
export type UefiLinuxImage = t.TypeOf<typeof UefiLinuxImage>;

/** For hosts without a finer description: exact values, several allowed for each PCR. */
export const GoldenPcrImage = closed(
  {
    kind: t.literal('golden-pcrs'),
    version: Text(128),
    displayName: Text(256),
    bank: PolicyBank,
    pcrs: ListUpTo(closed({ pcr: SafeInt, values: ListUpTo(Digest, 16) }, 'GoldenPcr'), 24),
  },
  'GoldenPcrImage',
);
export type GoldenPcrImage = t.TypeOf<typeof GoldenPcrImage>;

export const BaseImage = t.union([EsxiImage, UefiLinuxImage, GoldenPcrImage], 'BaseImage');
export type BaseImage = t.TypeOf<typeof BaseImage>;
