import type { JSX } from 'preact';

/** In the order in which they are stacked and listed: what is well first, what needs somebody last. */
export const STATES = ['trusted', 'certified', 'enrolled', 'stale', 'refused', 'quarantined', 'retired'] as const;
export type State = (typeof STATES)[number];

export const isState = (text: string): text is State => (STATES as ReadonlyArray<string>).includes(text);

/** What each state means, in a line. */
export const MEANINGS: Readonly<Record<State, string>> = {
  trusted: 'its newest evidence is fresh, and passed every rule',
  certified: 'its attestation key is certified, and no evidence came yet',
  enrolled: 'known by name; its attestation key is not certified yet',
  stale: 'its newest evidence passed, and is too old to count',
  refused: 'its newest evidence failed a rule, or what it leaned on was taken back',
  quarantined: 'an operator put it aside',
  retired: 'taken out of service',
};

/** A shape for each state, so that no colour has to be told from another. All are 16 by 16. */
const SHAPES: Readonly<Record<State, JSX.Element>> = {
  trusted: <path d="M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM4.8 8.2l2.3 2.3l4.2-4.8" class="tick" />,
  certified: <path d="M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z" class="ring" />,
  enrolled: <path d="M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z" class="ring dashed" />,
  stale: (
    <>
      <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6z" class="ring" />
      <path d="M8 4.7V8.2l2.5 1.6" class="ring" />
    </>
  ),
  refused: <path d="M3 3l10 10M13 3L3 13" class="ring thick" />,
  quarantined: <path d="M2.2 2.2h11.6v11.6h-11.6zM5.3 2.2v11.6M8 2.2v11.6M10.7 2.2v11.6" class="ring" />,
  retired: <path d="M2.5 8h11" class="ring thick" />,
};

export const StateMark = ({ state }: { readonly state: State }): JSX.Element => (
  <svg class={`mark ${state}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    {SHAPES[state]}
  </svg>
);

/** A state as a mark and a word. */
export const StateWord = ({ state }: { readonly state: string }): JSX.Element =>
  isState(state) ? (
    <span class={`state ${state}`} title={MEANINGS[state]}>
      <StateMark state={state} />
      {state}
    </span>
  ) : (
    <span class="state">{state}</span>
  );
