import type { JSX } from 'preact';
import { useConsole } from './context.js';
import { isNow } from './place.js';
import { timeText } from './shown.js';

/** Whether what is shown follows what is recorded. A cut stream is said loudly: an old picture must not pass for now. */
export const LiveSign = (): JSX.Element => {
  const { live, moment } = useConsole();
  if (live._tag === 'Cut') {
    return (
      <p class="live cut" role="alert">
        Cut off since {timeText(new Date(live.since).toISOString())} UTC; trying again
      </p>
    );
  }
  const past = !isNow(moment);
  return (
    <p class={`live ${live._tag === 'Live' && !past ? 'on' : ''}`} role="status">
      {past ? 'A past moment' : live._tag === 'Live' ? 'Live' : 'Connecting …'}
    </p>
  );
};
