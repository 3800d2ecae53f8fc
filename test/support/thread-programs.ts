import { pathToFileURL } from 'node:url';
import type { ThreadProgram } from '../../adapters/verification/thread.js';
import { folderForAll } from './temporary-folder.js';
import { transpiled } from './transpiled.js';

/** The threads' programs from the sources as they are, not as they were last built. */
export const threadPrograms = (): ((name: ThreadProgram) => URL) => {
  const folder = folderForAll();
  const files = new Map<string, URL>();
  return (name) => {
    const file = files.get(name) ?? pathToFileURL(transpiled(`adapters/verification/${name}.ts`, folder()));
    files.set(name, file);
    return file;
  };
};
