import type { JSX } from 'preact';
import type { Approvals, Expiring } from '../answers.js';
import { useConsole } from '../context.js';
import { readOf } from '../place.js';
import { Panel, Shown, TrueAt, When } from '../shown.js';
import { Table } from '../table.js';
import { Answered, useAnswer } from '../use-answer.js';

/** Certificates are watched so many days before they end. */
const DAYS = '90';

const Certificates = ({ expiring }: { readonly expiring: Expiring }): JSX.Element => (
  <Table
    caption="Certificates that end soon"
    rows={expiring.certificates}
    keyOf={({ use, name, sha256 }) => `${use} ${name} ${sha256}`}
    none={`None of ${String(expiring.watched)} certificates in use ends within ${String(expiring.days)} days.`}
    columns={[
      { title: 'Certificate', cell: ({ name }) => <Shown text={name} most={80} /> },
      { title: 'Of', cell: ({ use }) => use.replaceAll('-', ' ') },
      { title: 'Subject', cell: ({ subject }) => <Shown text={subject} most={120} /> },
      { title: 'Ends', cell: ({ notAfter }) => <When at={notAfter} /> },
      { title: 'State', cell: ({ expired }) => (expired ? '✕ ended' : '! ends soon') },
    ]}
  />
);

const Waiting = ({ answer }: { readonly answer: Approvals }): JSX.Element => (
  <Table
    caption="What waits for a second person"
    rows={answer.approvals.filter(({ status }) => status === 'waiting')}
    keyOf={({ id }) => id}
    none="Nothing waits for a second person."
    columns={[
      { title: 'What', cell: ({ summary }) => <Shown text={summary} most={200} /> },
      { title: 'Asked by', cell: ({ requested }) => <Shown text={requested.by} most={40} /> },
      { title: 'Asked', cell: ({ requested }) => <When at={requested.time} /> },
      { title: 'Comes to nothing', cell: ({ expires }) => <When at={expires} /> },
    ]}
  />
);

/** What somebody has to look at before it becomes a trouble. */
export const Attention = (): JSX.Element => {
  const { moment } = useConsole();
  const expiring = useAnswer<Expiring>(readOf('v1/certificates/expiring', moment, { days: DAYS }));
  const approvals = useAnswer<Approvals>(readOf('v1/approvals', moment));
  return (
    <section class="view">
      <h1>Attention</h1>
      <Panel title="Waiting for a second person">
        <Answered asked={approvals}>
          {(answer) => (
            <>
              <Waiting answer={answer} />
              <TrueAt asOf={answer.asOf} />
            </>
          )}
        </Answered>
      </Panel>
      <Panel title="Certificates that end soon">
        <Answered asked={expiring}>
          {(answer) => (
            <>
              <Certificates expiring={answer} />
              <TrueAt asOf={answer.asOf} />
            </>
          )}
        </Answered>
      </Panel>
    </section>
  );
};
