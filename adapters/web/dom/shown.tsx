import type { ComponentChildren, JSX } from 'preact';
import type { AsOf } from './answers.js';

/** Characters that are not seen, or turn the direction of what follows: they are written out, so that no name hides another. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]/;

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Somebody else's text, as text: isolated from the direction of the page, with what is unseen written out. */
export const Shown = ({ text, most = 512 }: { readonly text: string; readonly most?: number }): JSX.Element => {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  const parts = cut.split(new RegExp(`(${UNSEEN.source})`));
  return (
    <bdi class="shown">
      {parts.map((part) =>
        UNSEEN.test(part) ? (
          <span class="unseen" title="a character that is not seen">
            {codeOf(part)}
          </span>
        ) : (
          part
        ),
      )}
    </bdi>
  );
};

export const timeText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;

/** Always UTC: an auditor and the host are rarely in one place. The reader's own time is in the title. */
export const When = ({ at }: { readonly at: string }): JSX.Element => (
  <time dateTime={at} title={`${new Date(at).toLocaleString()} where you are`}>
    {timeText(at)}
    <span class="utc"> UTC</span>
  </time>
);

/** What an answer is true at. */
export const TrueAt = ({ asOf }: { readonly asOf: AsOf }): JSX.Element => (
  <p class="true-at">
    {asOf.index < 0 ? (
      'The ledger had not begun.'
    ) : (
      <>
        True at entry <b>{asOf.index}</b>
        {asOf.time === null ? null : (
          <>
            , recorded <When at={asOf.time} />
          </>
        )}
      </>
    )}
  </p>
);

/** A long identifier: its beginning, and all of it for those who copy or point. */
export const Digest = ({ text, length = 16 }: { readonly text: string; readonly length?: number }): JSX.Element => (
  <code class="digest" title={text}>
    {text.length > length ? `${text.slice(0, length)}…` : text}
  </code>
);

export const Panel = ({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <section class="panel">
    <header>
      <h2>{title}</h2>
      {aside}
    </header>
    {children}
  </section>
);
