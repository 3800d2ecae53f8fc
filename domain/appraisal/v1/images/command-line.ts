import type { BootClaims } from '../../../boot-log/claims.js';
import type { CommandLineRule } from '../../base-image.js';
import { reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';

interface Line {
  readonly text: string;
  readonly event: number;
}

/** Parameters are split at white space, but not inside double quotes (Linux: kernel parameters, "quoting"). */
const TOKEN = /(?:"[^"]*"?|[^\s"])+/g;

/** Where the boot loader found the kernel. The kernel itself is known by its digest, so its place decides nothing. */
const KERNEL_PLACE = /^(?:[/(]|BOOT_IMAGE=)/;

const tokensOf = (text: string): ReadonlyArray<string> => text.replace(/\0+$/, '').match(TOKEN) ?? [];

/** The parameters of a kernel command line: its tokens without the kernel's own place before them. */
export const parametersOf = (text: string): ReadonlyArray<string> => {
  const tokens = tokensOf(text);
  const [first] = tokens;
  return first !== undefined && KERNEL_PLACE.test(first) ? tokens.slice(1) : tokens;
};

/**
 * GRUB's digest covers a command's text but not the label before it ("kernel_cmdline:", "grub_cmd:"), so a kernel command
 * line could pass for a GRUB command. A kernel's path always begins with / or (, and no GRUB command does.
 */
export const kernelLinesOf = (claims: BootClaims): ReadonlyArray<Line> => [
  ...claims.commandLines,
  ...claims.bootLoaderCommands.filter(({ text }) => /^(?:grub_cmd: |kernel_cmdline: )?\s*[/(]/.test(text)),
];

const isAllowed = (rule: CommandLineRule): ((token: string) => boolean) => {
  const exact = new Set([...rule.allowed, ...rule.required]);
  const prefixes = rule.allowed.filter((entry) => entry.endsWith('=*')).map((entry) => entry.slice(0, -1));
  return (token) => exact.has(token) || prefixes.some((prefix) => token.startsWith(prefix));
};

/** One reason for each token that is not allowed and each required one that is not there. */
export const commandLineReasons = (
  rule: CommandLineRule,
  lines: ReadonlyArray<Line>,
  always: boolean,
): ReadonlyArray<Reason> => {
  const expected = always || rule.allowed.length + rule.required.length > 0;
  if (lines.length === 0) return expected ? [reason('CommandLineMissing')] : [];
  const allowed = isAllowed(rule);
  const reasons = new Map<string, Reason>();
  for (const { text, event } of lines) {
    const tokens = parametersOf(text);
    for (const token of tokens)
      if (!allowed(token)) reasons.set(`+${token}`, reason('CommandLineNotAllowed', { subject: token, event }));
    for (const token of rule.required)
      if (!tokens.includes(token))
        reasons.set(`-${token}`, reason('CommandLineTokenMissing', { subject: token, event }));
  }
  return [...reasons.values()];
};
