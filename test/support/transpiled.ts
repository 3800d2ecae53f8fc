import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const IMPORTED = /from '(\.[^']*)\.js'/g;

/** A script and all that it imports from this project, as JavaScript in `folder`: for tests that need a process of their own. */
export const transpiled = (script: string, folder: string): string => {
  const open = [resolve(ROOT, script)];
  const done = new Set<string>();
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    if (done.has(source)) continue;
    done.add(source);
    const text = readFileSync(source, 'utf8');
    for (const [, path = ''] of text.matchAll(IMPORTED)) open.push(resolve(dirname(source), `${path}.ts`));
    const target = join(folder, relative(ROOT, source)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    writeFileSync(target, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, script).replace(/\.ts$/, '.js');
};
