import type { JSX } from 'preact';
import type { Explanation } from '../answers.js';
import { may, useConsole } from '../context.js';
import { readOf } from '../place.js';
import { useMeanings } from '../reasons.js';
import { Digest, Panel, Shown, TrueAt, When } from '../shown.js';
import { Answered, useAnswer } from '../use-answer.js';

type Rule = Explanation['verdict']['rules'][number];
type Reason = Rule['reasons'][number];

/** A sign and a word for each outcome. */
const OUTCOMES: Readonly<Record<string, readonly [string, string]>> = {
  passed: ['✓', 'passed'],
  failed: ['✕', 'failed'],
  'not-checked': ['–', 'not checked'],
  'not-applicable': ['·', 'does not apply'],
  excepted: ['!', 'excepted by policy'],
};

const details = ({ subject, pcr, event, expected, actual }: Reason): ReadonlyArray<readonly [string, string]> =>
  [
    ['about', subject],
    ['register', pcr === undefined ? undefined : String(pcr)],
    ['measurement', event === undefined ? undefined : String(event)],
    ['expected', expected],
    ['found', actual],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);

const ReasonLine = ({ reason }: { readonly reason: Reason }): JSX.Element => {
  const meaning = useMeanings()?.get(reason.code);
  return (
    <li>
      <code>{reason.code}</code> {meaning?.meaning}
      <dl class="details">
        {details(reason).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Shown text={value} />
            </dd>
          </div>
        ))}
      </dl>
      {meaning === undefined ? null : <p class="advice">{meaning.advice}</p>}
    </li>
  );
};

const SHORT = /\b(?:ak|dbx|pcrs?|tpm|uefi)\b/g;
const titleOf = ({ rule }: Rule): string =>
  rule.replaceAll('-', ' ').replaceAll(SHORT, (word) => word.toUpperCase().replace('PCRS', 'PCRs'));

const RuleLine = ({ rule }: { readonly rule: Rule }): JSX.Element => {
  const [sign, word] = OUTCOMES[rule.outcome] ?? ['?', rule.outcome];
  return (
    <li class={`rule ${rule.outcome}`}>
      <span class="outcome">
        <span aria-hidden="true">{sign}</span> {word}
      </span>
      <div>
        <h3>{titleOf(rule)}</h3>
        {rule.because === undefined ? null : (
          <p class="hint">
            because of <Shown text={rule.because} />
          </p>
        )}
        <ul>
          {rule.reasons.map((reason, i) => (
            <ReasonLine key={`${reason.code} ${String(i)}`} reason={reason} />
          ))}
        </ul>
      </div>
    </li>
  );
};

/** What failed comes first: that is what somebody came for. */
const ranked = (rules: ReadonlyArray<Rule>): ReadonlyArray<Rule> => {
  const rank = ({ outcome }: Rule): number => ['failed', 'excepted', 'not-checked', 'passed'].indexOf(outcome) >>> 0;
  return [...rules].sort((a, b) => rank(a) - rank(b));
};

interface Act {
  readonly by: string;
  readonly time: string;
  readonly index: number;
}

const Vouched = ({ what, act }: { readonly what: string; readonly act: Act | null }): JSX.Element | null => {
  const shared = useConsole();
  if (act === null) return null;
  return (
    <li>
      {what} by{' '}
      <b>
        <Shown text={act.by} most={64} />
      </b>
      , <When at={act.time} />,{' '}
      {may(shared, 'AuditLedger') ? (
        <a href={shared.href(['proof', String(act.index)])}>entry {act.index}</a>
      ) : (
        `entry ${String(act.index)}`
      )}
    </li>
  );
};

/** Whose word the verdict rests on. */
const Approvers = ({ told }: { readonly told: Explanation }): JSX.Element => (
  <ul class="vouched">
    <Vouched what="Attestation key certified" act={told.certification} />
    {told.image === null ? null : (
      <>
        <Vouched what={`Image ${told.image.version} proposed`} act={told.image.proposed} />
        <Vouched what={`Image ${told.image.version} approved`} act={told.image.approved} />
      </>
    )}
    {told.tpmCa === null ? null : <Vouched what={`TPM CA ${told.tpmCa.name} trusted`} act={told.tpmCa.trusted} />}
    <Vouched what="Rules for evidence set" act={told.policy.changed} />
    <li>
      Reference values: <code>{told.basis.stream}</code> as of revision {told.basis.revision}
    </li>
  </ul>
);

/** Each document under its digest; an auditor can have it with `sekisho evidence save`. */
const Evidence = ({ told: { evidence, appraiser } }: { readonly told: Explanation }): JSX.Element => (
  <dl class="facts">
    {Object.entries(evidence).map(([name, digest]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          <Digest text={digest} length={24} />
        </dd>
      </div>
    ))}
    <div>
      <dt>appraiser</dt>
      <dd>version {appraiser}</dd>
    </div>
  </dl>
);

const Value = ({ value }: { readonly value: unknown }): JSX.Element => {
  if (typeof value !== 'object' || value === null) return <Shown text={String(value)} most={256} />;
  const entries = Object.entries(value);
  return (
    <details>
      <summary>
        {entries.length} {Array.isArray(value) ? 'items' : 'fields'}
      </summary>
      <dl class="tree">
        {entries.slice(0, 500).map(([name, item]) => (
          <div key={name}>
            <dt>
              <Shown text={name} most={80} />
            </dt>
            <dd>
              <Value value={item as unknown} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
};

/** The document says its version beside the claims themselves. */
const fieldsOf = (document: unknown): ReadonlyArray<[string, unknown]> => {
  if (typeof document !== 'object' || document === null) return [];
  const claims: unknown = 'claims' in document ? document.claims : document;
  return typeof claims === 'object' && claims !== null ? Object.entries(claims) : [];
};

/** What the evidence says of firmware, boot loader, kernel and modules; parts open when they are asked for. */
const Claims = ({ claims }: { readonly claims: unknown }): JSX.Element => (
  <dl class="tree">
    {fieldsOf(claims).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          <Value value={value} />
        </dd>
      </div>
    ))}
  </dl>
);

const Told = ({ told }: { readonly told: Explanation }): JSX.Element => {
  const shared = useConsole();
  const { verdict } = told;
  const failed = verdict.rules.filter(({ outcome }) => outcome === 'failed').length;
  return (
    <>
      <p class={`banner ${verdict.verdict === 'affirming' ? 'good' : 'bad'}`}>
        <b>{verdict.verdict === 'affirming' ? 'Trustworthy' : 'Not trustworthy'}</b>
        {failed === 0
          ? `: all ${String(verdict.rules.length)} rules were looked at, none failed`
          : `: ${String(failed)} of ${String(verdict.rules.length)} rules failed`}
        , judged <When at={verdict.at} />.
      </p>
      <ul class="rules">
        {ranked(verdict.rules).map((rule) => (
          <RuleLine key={rule.rule} rule={rule} />
        ))}
      </ul>
      <h3>On whose word</h3>
      <Approvers told={told} />
      <h3>What was judged</h3>
      <Evidence told={told} />
      <h3>What it says</h3>
      <Claims claims={told.claims} />
      {told.findings.length === 0 ? null : (
        <p class="refusal">Missing or damaged by now: {JSON.stringify(told.findings).slice(0, 512)}</p>
      )}
      {may(shared, 'AuditLedger') ? (
        <p>
          <a href={shared.href(['proof', String(verdict.index)])}>Prove entry {verdict.index} in this browser</a>
        </p>
      ) : null}
      <TrueAt asOf={told.asOf} />
    </>
  );
};

/** A verdict with every rule, and everything that it was made from. */
export const Verdict = ({ host, revision }: { readonly host: string; readonly revision: string }): JSX.Element => {
  const { moment } = useConsole();
  const path = `v1/hosts/${encodeURIComponent(host)}/verdicts/${encodeURIComponent(revision)}`;
  const asked = useAnswer<Explanation>(readOf(path, moment));
  const none = asked.reply?._tag === 'Refused' && asked.reply.code === 'VerdictUnknown';
  return (
    <Panel title={revision === 'latest' ? 'The newest verdict' : `The verdict at revision ${revision}`}>
      {none ? (
        <p class="hint">No verdict counts at this moment.</p>
      ) : (
        <Answered asked={asked}>{(told) => <Told told={told} />}</Answered>
      )}
    </Panel>
  );
};
