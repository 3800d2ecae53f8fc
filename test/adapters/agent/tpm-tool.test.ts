import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { tpmTool } from '../../../adapters/agent/tpm-tool.js';

describe('a tool of tpm2-tools', () => {
  it('is named when it is not installed', async () => {
    expect(await tpmTool({})('tpm2_no_such_tool', [])()).toEqual(
      E.left({ _tag: 'ToolMissing', tool: 'tpm2_no_such_tool' }),
    );
  });

  it('is killed when it gives no answer in time', async () => {
    const result = await tpmTool({ timeoutMilliseconds: 50 })('sleep', ['600'])();
    expect(result).toEqual(E.left({ _tag: 'ToolTimedOut', tool: 'sleep', milliseconds: 50 }));
  });

  it('fails with the response code of the TPM and one line of its words', async () => {
    const words =
      'WARNING:esys: x\nERROR: Eys_Load(0x1DF) - tpm:parameter(1):integrity check failed\nERROR: Unable to run tpm2_load\n';
    const result = await tpmTool({})('node', [
      '-e',
      `process.stderr.write(${JSON.stringify(words)}); process.exit(1)`,
    ])();
    expect(result).toEqual(
      E.left({
        _tag: 'ToolFailed',
        tool: 'node',
        detail: 'Eys_Load(0x1DF) - tpm:parameter(1):integrity check failed',
        responseCode: 0x1df,
      }),
    );
  });

  it.each([
    [
      'does not load',
      'ERROR:tcti:src/tcti-device.c:452:Init() Failed to open /dev/tpmrm0: No such file \nERROR:tcti:src/tctildr.c:428:Ldr() Failed\nERROR: Could not load tcti, got: "(null)"\n',
      'Failed to open /dev/tpmrm0: No such file',
    ],
    [
      'breaks off',
      'ERROR:tcti:src/tcti-cmd.c:511:receive() Read 0 bytes \nERROR: Esys_GetCapability(0xA0011) - tcti:Response is malformed\nERROR: Unable to run tpm2_createek\n',
      'Read 0 bytes',
    ],
    [
      'breaks off without a word',
      'ERROR: Esys_Load(0xA000A) - tcti:IO failure\n',
      'Esys_Load(0xA000A) - tcti:IO failure',
    ],
  ])('tells from the TPM’s refusals when the way to it %s', async (_what, words, detail) => {
    const script = ['-e', `process.stderr.write(${JSON.stringify(words)}); process.exit(1)`];
    const result = await tpmTool({ tcti: 'cmd:false' })('node', script)();
    expect(result).toEqual(E.left({ _tag: 'TpmUnreachable', tcti: 'cmd:false', detail }));
  });

  it('can not fill memory with what it says', async () => {
    const result = await tpmTool({})('node', [
      '-e',
      'const a = "a".repeat(65536); for (let i = 0; i < 64; i++) process.stdout.write(a)',
    ])();
    expect(result).toMatchObject(E.left({ _tag: 'ToolFailed', detail: 'says more than a megabyte' }));
  });

  it('gets the TPM from the option, else from the environment', async () => {
    const script = ['-e', 'process.exit(process.env.TPM2TOOLS_TCTI === "device:/dev/other" ? 0 : 1)'];
    expect(E.isRight(await tpmTool({ tcti: 'device:/dev/other' })('node', script)())).toBe(true);
    expect(E.isRight(await tpmTool({})('node', script)())).toBe(false);
  });

  it('gets its arguments as they are, never through a shell', async () => {
    const script = ['-e', 'process.exit(process.argv[1] === "$(id); `id`" ? 0 : 1)', '$(id); `id`'];
    expect(E.isRight(await tpmTool({})('node', script)())).toBe(true);
  });
});
