import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const depcruise = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: ReadonlyArray<{ readonly rule: { readonly name: string }; readonly from: string }>;
  };
}

const cruise = (cwd: string, folders: ReadonlyArray<string>): Report => {
  const args = [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
};

const temporary: Array<string> = [];
afterEach(() => {
  for (const folder of temporary.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const planted = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-layers-'));
  temporary.push(folder);
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json']) cpSync(join(root, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{"name":"planted","type":"module"}');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
};

const rulesBroken = (files: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const folder = planted(files);
  const folders = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
  return cruise(folder, folders).summary.violations.map((violation) => violation.rule.name);
};

describe('the dependency rule', () => {
  it('holds for every module of the product', () => {
    const { summary } = cruise(root, ['domain', 'projections', 'adapters']);
    expect(summary.totalCruised).toBeGreaterThan(50);
    expect(summary.violations).toEqual([]);
  });

  it('finds a domain module that imports an adapter', () => {
    const files = { 'domain/a.ts': "import '../adapters/b.js';\n", 'adapters/b.ts': 'export {};\n' };
    expect(rulesBroken(files)).toContain('domain-is-pure');
  });

  it('finds a domain module that imports a platform module', () => {
    expect(rulesBroken({ 'domain/a.ts': "import 'node:crypto';\n" })).toContain('domain-is-pure');
  });

  it('finds a projection that imports an adapter', () => {
    const files = { 'projections/a.ts': "import '../adapters/b.js';\n", 'adapters/b.ts': 'export {};\n' };
    expect(rulesBroken(files)).toContain('projections-are-pure');
  });

  it('finds an adapter that imports a surface, in whichever folder it is', () => {
    const folders = ['event-store', 'signer', 'a-new-one'];
    const importing = folders.map((folder) => [`adapters/${folder}/a.ts`, "import '../http/b.js';\n"]);
    const files = { ...Object.fromEntries(importing), 'adapters/http/b.ts': 'export {};\n' };
    expect(rulesBroken(files)).toEqual(folders.map(() => 'adapters-do-not-know-each-other'));
  });

  it('finds a cycle', () => {
    const files = { 'domain/a.ts': "import './b.js';\n", 'domain/b.ts': "import './a.js';\n" };
    expect(rulesBroken(files)).toContain('no-circular');
  });
});

describe('the purity rule', () => {
  it('finds a domain module that reads the clock, throws or draws randomness', () => {
    const code =
      'export const f = (): number => {\n  if (Math.random() > 2) throw new Error();\n  return Date.now();\n};\n';
    const script = `import { ESLint } from 'eslint';
      const [result] = await new ESLint({ cwd: ${JSON.stringify(root)} }).lintText(${JSON.stringify(code)}, { filePath: 'domain/ports.ts' });
      console.log(JSON.stringify(result.messages.map((message) => message.ruleId)));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual(
      expect.arrayContaining(['no-restricted-globals', 'no-restricted-syntax', 'no-restricted-properties']),
    );
  });
});
