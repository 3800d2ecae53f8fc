import * as E from 'fp-ts/lib/Either.js';
import type { BundleReport } from '../../../domain/bundle/verify-bundle.js';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import { verifyDropped } from '../verify-dropped.js';
import { reportView } from './report-view.js';

const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found;
};

const fieldOf = (id: string): HTMLInputElement => byId(id) as HTMLInputElement;

/** Lets the browser paint before it goes on. */
const breath = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

let file: File | undefined;

const status = (text: string): void => {
  byId('status').textContent = text;
};

const show = (report: BundleReport, name: string): void => {
  byId('report').replaceChildren(reportView(report, name));
  status('');
};

const refuse = (text: string): void => {
  const box = document.createElement('p');
  box.className = 'refusal';
  box.textContent = text;
  byId('report').replaceChildren(box);
  status('');
};

const check = async (): Promise<void> => {
  if (file === undefined) {
    refuse('Choose a bundle first.');
    return;
  }
  status('Checking ...');
  byId('report').replaceChildren();
  await breath();
  const dropped = {
    bytes: new Uint8Array(await file.arrayBuffer()),
    vkey: fieldOf('vkey').value,
    policy: fieldOf('policy').value,
  };
  const result = await verifyDropped(dropped, (done, all) => () => {
    status(`Checking ... ${String(done)} of ${String(all)}`);
    return breath();
  })();
  if (E.isLeft(result)) refuse(result.left);
  else show(result.right, file.name);
};

const checkSafely = (): void => {
  check().catch(() => refuse('This browser could not finish the check. Nothing was proved.'));
};

const choose = (chosen: File | undefined): void => {
  file = chosen;
  byId('file-name').textContent = chosen === undefined ? '' : chosen.name;
  if (chosen !== undefined && fieldOf('vkey').value.trim() !== '') checkSafely();
};

const drop = byId('drop');
const input = fieldOf('file');
input.addEventListener('change', () => choose(input.files?.[0]));
for (const name of ['dragenter', 'dragover'] as const) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  choose(event.dataTransfer?.files[0]);
});
byId('policy-file').addEventListener('change', (event) => {
  const chosen = (event.target as HTMLInputElement).files?.[0];
  if (chosen === undefined) return;
  void chosen.arrayBuffer().then((bytes) => {
    fieldOf('policy').value = fromUtf8(new Uint8Array(bytes)) ?? '';
  });
});
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  checkSafely();
});
byId('print').addEventListener('click', () => window.print());
