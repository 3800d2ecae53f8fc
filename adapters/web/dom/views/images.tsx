import type { JSX } from 'preact';
import type { Images as ImagesAnswer, ImageUseAnswer } from '../answers.js';
import { useConsole } from '../context.js';
import { readOf } from '../place.js';
import { Shown, TrueAt, When } from '../shown.js';
import { StateWord } from '../state.js';
import { Table } from '../table.js';
import { Answered, useAnswer } from '../use-answer.js';

type Image = ImagesAnswer['images'][number];

const MOST_NAMED = 12;

/** Those whose newest verdict found it: they are refused from the moment on in which it is withdrawn. */
const Hosts = ({ use, image }: { readonly use: ImageUseAnswer; readonly image: Image }): JSX.Element => {
  const { href } = useConsole();
  const hosts =
    use.images.find(({ version, digest }) => version === image.version && digest === image.digest)?.hosts ?? [];
  if (hosts.length === 0) return <>no host</>;
  const trusted = hosts.filter(({ state }) => state === 'trusted').length;
  return (
    <details>
      <summary>
        {hosts.length} {hosts.length === 1 ? 'host' : 'hosts'}; withdrawing it would refuse {trusted}
      </summary>
      <ul>
        {hosts.slice(0, MOST_NAMED).map(({ host, state }) => (
          <li key={host}>
            <a href={href(['hosts', host])}>{host}</a> <StateWord state={state} />
          </li>
        ))}
        {hosts.length > MOST_NAMED ? <li>and {hosts.length - MOST_NAMED} more</li> : null}
      </ul>
    </details>
  );
};

const Act = ({ act }: { readonly act: Image['approved'] }): JSX.Element | null =>
  act === null ? null : (
    <>
      <Shown text={act.by} most={40} />
      <small>
        <When at={act.time} />
      </small>
    </>
  );

const Status = ({ image: { status, withdrawn } }: { readonly image: Image }): JSX.Element => (
  <>
    {status}
    {withdrawn === null ? null : (
      <small>
        <Shown text={withdrawn.reason} most={120} />
      </small>
    )}
  </>
);

/** What hosts may boot, who said so, and who boots it. */
export const Images = (): JSX.Element => {
  const { moment } = useConsole();
  const images = useAnswer<ImagesAnswer>(readOf('v1/base-images', moment));
  const use = useAnswer<ImageUseAnswer>(readOf('v1/base-image-use', moment));
  return (
    <section class="view">
      <h1>Images</h1>
      <Answered asked={images}>
        {(answer) => (
          <Answered asked={use}>
            {(used) => (
              <>
                <Table
                  caption="Base images"
                  rows={answer.images}
                  keyOf={({ version }) => version}
                  none="No image is proposed at this moment."
                  columns={[
                    { title: 'Image', cell: ({ version }) => <Shown text={version} most={80} /> },
                    { title: 'Status', cell: (image) => <Status image={image} /> },
                    { title: 'Proposed', cell: ({ proposed }) => <Act act={proposed} /> },
                    { title: 'Approved', cell: ({ approved }) => <Act act={approved} /> },
                    { title: 'Run by', cell: (image) => <Hosts use={used} image={image} /> },
                  ]}
                />
                <TrueAt asOf={answer.asOf} />
              </>
            )}
          </Answered>
        )}
      </Answered>
    </section>
  );
};
