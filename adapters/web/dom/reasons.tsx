import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Meaning, Meanings } from './reason-texts.js';

let held: Meanings | undefined;

/** The texts are fetched when the first reason is shown: most hosts have none. */
export const useMeanings = (): Meanings | undefined => {
  const [known, setKnown] = useState(held);
  useEffect(() => {
    if (known !== undefined) return;
    void import('./reason-texts.js').then(({ MEANINGS }) => {
      held = MEANINGS;
      setKnown(MEANINGS);
    });
  }, []);
  return known;
};

const tip = (meaning: Meaning | undefined): { readonly title?: string } =>
  meaning === undefined ? {} : { title: meaning.meaning };

/** Reason codes, each with what it means. */
export const Reasons = ({ codes }: { readonly codes: ReadonlyArray<string> }): JSX.Element | null => {
  const meanings = useMeanings();
  if (codes.length === 0) return null;
  return (
    <ul class="codes">
      {codes.map((code) => (
        <li key={code}>
          <code {...tip(meanings?.get(code))}>{code}</code>
        </li>
      ))}
    </ul>
  );
};
