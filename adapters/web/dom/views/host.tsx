import type { JSX } from 'preact';
import type { History, Host as HostAnswer, HostEvent, HostTrustHistoryAnswer, HostView } from '../answers.js';
import { may, useConsole } from '../context.js';
import { isVerdict, kindOf, noteOf } from '../event-kinds.js';
import { HostTimeline } from '../host-timeline.js';
import { isNow, readOf } from '../place.js';
import { Reasons } from '../reasons.js';
import { Digest, Panel, Shown, TrueAt, When } from '../shown.js';
import { StateWord } from '../state.js';
import { Answered, useAnswer } from '../use-answer.js';
import { Verdict } from './verdict.js';

const Facts = ({ host }: { readonly host: HostView }): JSX.Element => {
  const { href } = useConsole();
  const facts: ReadonlyArray<readonly [string, JSX.Element | string | null]> = [
    [
      'Cluster',
      host.cluster === null ? 'none' : <a href={href(['hosts'], { cluster: host.cluster })}>{host.cluster}</a>,
    ],
    ['Image', host.verdict?.image == null ? null : <Shown text={host.verdict.image.version} />],
    ['Secure Boot', host.verdict?.secureBoot ?? null],
    ['Evidence counts until', host.verdict?.verdict === 'affirming' ? <When at={host.verdict.notAfter} /> : null],
    ['Attestation key', host.attestationKey === null ? 'not certified' : <Digest text={host.attestationKey.name} />],
    ['Endorsement key', host.endorsementKey === null ? null : <Digest text={host.endorsementKey} />],
    ['Verdicts', `${String(host.counts.affirming)} affirming, ${String(host.counts.contraindicated)} not`],
    ['Foreign evidence', host.counts.foreign === 0 ? null : `${String(host.counts.foreign)} times turned away`],
    ['Enrolled', <When key="enrolled" at={host.enrolled.time} />],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
};

const Because = ({ host }: { readonly host: HostView }): JSX.Element | null => {
  const told = host.quarantine ?? host.retired ?? host.undercut;
  if (told === null && host.reasons.length === 0) return null;
  return (
    <div class="because">
      <Reasons codes={host.reasons} />
      {told === null ? null : (
        <p>
          “<Shown text={told.reason} />
          ”, entry {told.index}
        </p>
      )}
    </div>
  );
};

const EventRow = ({ event, host }: { readonly event: HostEvent; readonly host: string }): JSX.Element => {
  const shared = useConsole();
  const { label } = kindOf(event);
  const note = noteOf(event);
  return (
    <tr>
      <th scope="row">
        {isVerdict(event) ? (
          <a href={shared.href(['hosts', host, String(event.revision)], { index: String(event.index) })}>{label}</a>
        ) : (
          label
        )}
        {note === undefined ? null : (
          <small>
            <Shown text={note} most={160} />
          </small>
        )}
      </th>
      <td>
        <When at={event.recordedAt} />
      </td>
      <td data-label="By">
        <Shown text={event.actor.subject} most={40} />
      </td>
      <td data-label="Entry">
        {may(shared, 'AuditLedger') ? (
          <a href={shared.href(['proof', String(event.index)])}>{event.index}, prove it</a>
        ) : (
          event.index
        )}
      </td>
    </tr>
  );
};

const Events = ({
  events,
  host,
}: {
  readonly events: ReadonlyArray<HostEvent>;
  readonly host: string;
}): JSX.Element => (
  <table class="rows">
    <caption class="hidden">What was recorded about this host, newest first</caption>
    <thead>
      <tr>
        {['What', 'Recorded', 'By', 'Entry'].map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {events.map((event) => (
        <EventRow key={event.index} event={event} host={host} />
      ))}
    </tbody>
  </table>
);

const Head = ({ host }: { readonly host: HostView }): JSX.Element => (
  <header class="head">
    <div>
      <h1>{host.id}</h1>
      {host.displayName === null ? null : <Shown text={host.displayName} />}
    </div>
    <p class="verdict-line">
      <StateWord state={host.state} />
      <small>
        since <When at={host.since} />
      </small>
    </p>
  </header>
);

/** A host as it was at the moment, through time, and why. `revision`: a verdict of its own; absent: the newest. */
export const Host = ({ id, revision }: { readonly id: string; readonly revision: string }): JSX.Element => {
  const { moment } = useConsole();
  const path = `v1/hosts/${encodeURIComponent(id)}`;
  const host = useAnswer<HostAnswer>(readOf(path, moment));
  const history = useAnswer<HostTrustHistoryAnswer>(readOf(`${path}/trust-history`));
  const events = useAnswer<History>(readOf(`${path}/history`, {}, { limit: '200' }));
  const then = host.reply?._tag === 'Answer' ? (host.reply.body.asOf.time ?? undefined) : undefined;
  const at = isNow(moment) ? undefined : (moment.at ?? then);
  return (
    <article class="host">
      <Answered asked={host}>
        {(answer) => (
          <>
            <Head host={answer.host} />
            <Because host={answer.host} />
            <Facts host={answer.host} />
            <TrueAt asOf={answer.asOf} />
          </>
        )}
      </Answered>
      <Panel title="Through time">
        <Answered asked={history}>
          {(bands) => (
            <Answered asked={events}>{(all) => <HostTimeline history={bands} events={all.events} at={at} />}</Answered>
          )}
        </Answered>
      </Panel>
      <Verdict host={id} revision={revision} />
      <Panel title="What was recorded" aside={<span class="hint">all of it up to now, newest first</span>}>
        <Answered asked={events}>{(all) => <Events events={all.events} host={id} />}</Answered>
      </Panel>
    </article>
  );
};
