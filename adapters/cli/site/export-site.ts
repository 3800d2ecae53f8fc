import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { stringify } from 'yaml';
import { PrincipalAnswer } from '../../http/codecs/principals.js';
import { ImageAnswer, TpmCaAnswer } from '../../http/codecs/reads.js';
import type { AuthorityClient } from '../authority-client.js';
import { type CliFailure, unavailable } from '../failure.js';
import { segment } from '../send-command.js';
import { exportClusters } from './export-clusters.js';
import { issuerSettings } from './plan-issuers.js';
import { type PresentSite, readPresent } from './present-site.js';

type Work<A> = TE.TaskEither<CliFailure, A>;
type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>;

/** Null and undefined are not said in a file. */
const said = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

const tpmCas = ({ call }: AuthorityClient, { tpmCas: present }: PresentSite): Work<Rows> =>
  pipe(
    present.filter(({ revoked }) => revoked === null),
    TE.traverseSeqArray(({ name }) =>
      pipe(
        call({ operation: 'showTpmCa', method: 'GET', path: `/v1/tpm-cas/${segment(name)}` }, TpmCaAnswer),
        TE.flatMap(({ body: { chainPem } }) =>
          chainPem === null
            ? TE.left(unavailable('DocumentMissing', `a certificate of tpm-ca ${name} is damaged or gone`))
            : TE.right({ name, chain: chainPem }),
        ),
      ),
    ),
  );

/** The certificates that count now; those before them that still do for a while stay behind. */
const principals = ({ call }: AuthorityClient, { principals: present }: PresentSite): Work<Rows> =>
  pipe(
    present.filter(({ removed }) => removed === null),
    TE.traverseSeqArray(({ name, issuer, holder, tokens }) =>
      pipe(
        call({ operation: 'showPrincipal', method: 'GET', path: `/v1/principals/${segment(name)}` }, PrincipalAnswer),
        TE.map(({ body: { chain } }) => said({ name, issuer, holder, tokens, chain })),
      ),
    ),
  );

const tokenIssuers = ({ tokenIssuers: present }: PresentSite): Rows =>
  present
    .filter(({ removed }) => removed === null)
    .map((row) => said({ ...issuerSettings(row), roles: row.roles.map(said) }));

const baseImages = ({ call }: AuthorityClient, { baseImages: present }: PresentSite): Work<Rows> =>
  pipe(
    present.filter(({ status }) => status !== 'withdrawn'),
    TE.traverseSeqArray(({ version }) =>
      pipe(
        call({ operation: 'showBaseImage', method: 'GET', path: `/v1/base-images/${segment(version)}` }, ImageAnswer),
        TE.map(({ body: { document } }) => ({ image: document })),
      ),
    ),
  );

/** Secrets and certificates of key servers stay behind: who applies the file elsewhere gives them there. */
const keyProviders = ({ keyProviders: present }: PresentSite): Rows =>
  present
    .filter(({ removed }) => removed === null)
    .map(({ provider, kind, settings, servers, primaryKey }) =>
      said({
        id: provider,
        kind,
        ...settings,
        servers: kind === 'kmip' ? servers : undefined,
        primaryKey: kind === 'kmip' && primaryKey !== null ? { id: primaryKey } : undefined,
      }),
    );

const siteOf = (
  present: PresentSite,
  documents: Readonly<Record<string, Rows>>,
): Readonly<Record<string, unknown>> => ({
  site: 1,
  operators: present.operators.map(({ subject, role, person, scope }) =>
    said({ subject, role, person: person === subject ? undefined : person, scope: scope ?? undefined }),
  ),
  tokenIssuers: tokenIssuers(present),
  principals: documents['principals'],
  policy: present.policy,
  guard: present.guard,
  tpmCas: documents['tpmCas'],
  endorsementKeys: present.endorsementKeys
    .filter(({ revoked }) => revoked === null)
    .map(({ name, publicKeyDigest }) => ({ name, publicKeyDigest })),
  tpmModels: present.tpmModels
    .filter(({ delisted }) => delisted === null)
    .map(({ manufacturer, model, firmwareVersions, biosVersions, asOf }) => ({
      manufacturer,
      model,
      firmwareVersions,
      biosVersions,
      asOf,
    })),
  baseImages: documents['baseImages'],
  keyProviders: keyProviders(present),
  hosts: present.hosts
    .filter(({ retired }) => retired === null)
    .map(({ id, displayName, endorsementKey }) => said({ id, displayName, endorsementKey })),
  clusters: documents['clusters'],
  approvals: present.approvals,
});

interface Exported {
  readonly site: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The file that an authority like this one would be made from; applying it here changes nothing. */
export const exportSite = (client: AuthorityClient): Work<Exported> =>
  pipe(
    readPresent(client, () => true),
    TE.bindTo('present'),
    TE.bind('tpmCas', ({ present }) => tpmCas(client, present)),
    TE.bind('principals', ({ present }) => principals(client, present)),
    TE.bind('baseImages', ({ present }) => baseImages(client, present)),
    TE.bind('clusters', ({ present }) => exportClusters(client, present.clusters)),
    TE.map(({ present, ...documents }) => {
      const site = siteOf(present, documents);
      const heading = `# As of ledger entry ${String(present.index)}. See: sekisho apply --help\n`;
      const text = stringify(site, { version: '1.2', aliasDuplicateObjects: false, lineWidth: 0 });
      return { site, text: `${heading}${text}` };
    }),
  );
