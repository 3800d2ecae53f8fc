import type { BundleTree } from '../../domain/bundle/bundle-tree.js';
import type { Completeness } from '../../domain/bundle/completeness.js';
import type { BundleReport } from '../../domain/bundle/verify-bundle.js';

/** `proved`: from the bytes and the key alone. `said`: on the word of somebody who signed it. `open`: not shown. */
export type Mark = 'proved' | 'said' | 'open' | 'refuted';

/** One thing that a reader wants to know, and whether the bundle shows it. */
export interface Statement {
  readonly mark: Mark;
  readonly title: string;
  readonly text: string;
}

const plural = (count: number, one: string, many: string): string => `${String(count)} ${count === 1 ? one : many}`;

const periodWords = ({ from, to }: BundleReport['scope']): string => {
  if (from === null && to === null) return 'at any time';
  return `${from === null ? '' : `from ${from} `}${to === null ? '' : `to ${to}`}`.trim();
};

const genuine = ({ events, others }: BundleReport): Statement => ({
  mark: 'proved',
  title: 'The events are genuine',
  text: `Each of the ${plural(events.length + others, 'entry', 'entries')} is, byte for byte, what a signing key of this authority signed while that key was in use. Nothing was changed, added or reordered.`,
});

const OTHER_KEY =
  ' It is not the key that you gave, but another one of this log: an entry in this file, by which the authority brought it in, says so.';

const inLog = ({ size, root, signedBy }: BundleTree): Statement => ({
  mark: 'proved',
  title: 'They are in the log',
  text: `The log's key signed one tree of ${plural(size, 'entry', 'entries')} (root ${root}), and that tree holds exactly these entries at these places. The log can not show anybody else different ones without signing a contradiction.${signedBy === 'given-key' ? '' : OTHER_KEY}`,
});

const witnessed = ({ cosignatures, quorum }: BundleTree): Statement => {
  const names = cosignatures
    .map(({ witness, time }) => `${witness} (${new Date(time * 1000).toISOString()})`)
    .join(', ');
  return quorum
    ? {
        mark: 'proved',
        title: 'Witnesses saw the same log',
        text: `As many independent witnesses as your policy asks for cosigned this tree as the continuation of what they saw before: ${names}.`,
      }
    : {
        mark: 'open',
        title: 'Whether others were shown the same log',
        text: `You gave no policy of witnesses, so nothing here rules out that the authority keeps a second log for somebody else.`,
      };
};

const endWords = ({ ending }: Completeness, { tree, saidAt }: BundleReport): Omit<Statement, 'title'> => {
  switch (ending) {
    case 'later-event':
      return { mark: 'proved', text: 'The event that came next is here too, and it was recorded after the period.' };
    case 'all-entries':
      return { mark: 'proved', text: 'Every later entry of the log is here too, and none is of this host.' };
    case 'authority-says':
      return {
        mark: 'said',
        text: `That nothing came later, up to ${plural(tree?.size ?? 0, 'entry', 'entries')}, is the authority's own word: it signed so at ${saidAt ?? ''}. A later event that turns up would convict it.`,
      };
    case 'open':
      return { mark: 'open', text: 'Whether a later event exists is not shown: nobody answers for it here.' };
  }
};

const complete = (report: BundleReport, host: Completeness): Statement => {
  const { mark, text } = endWords(host, report);
  const begin =
    host.beginning === 'first-event'
      ? 'from the first event of the host on'
      : `from revision ${String(host.first.revision)} on; earlier events exist, and were recorded before the period`;
  return {
    mark,
    title: `Nothing about ${report.scope.host} was left out (${periodWords(report.scope)})`,
    text: `The events are chained by their hashes without a gap, ${begin}, to revision ${String(host.last.revision)}. ${text}`,
  };
};

const verdictsMade = ({ verdicts, scope }: BundleReport): Statement => {
  if (verdicts.length === 0)
    return { mark: 'open', title: 'Verdicts', text: 'No verdict on the host was recorded in the period.' };
  if (!scope.evidence) {
    return {
      mark: 'open',
      title: 'Whether the verdicts are right',
      text: `The evidence was left out, so ${plural(verdicts.length, 'verdict was', 'verdicts were')} not made again. That they were recorded so is proved.`,
    };
  }
  return {
    mark: 'proved',
    title: 'The verdicts are right by the rules then in force',
    text: `${plural(verdicts.length, 'verdict was', 'verdicts were')} made again here from the host's own signed evidence and the reference values approved at the time: every rule came out the same.`,
  };
};

const keysKnown = (report: BundleReport): ReadonlyArray<Statement> => {
  const { keys } = report;
  if (keys === undefined || keys.ending === 'all-entries') return [];
  return [
    {
      mark: keys.ending === 'authority-says' ? 'said' : 'open',
      title: 'No signing key was retired unseen',
      text:
        keys.ending === 'authority-says'
          ? "That the authority's own stream ends where it ends here is its signed word."
          : "Nothing here says that the authority's own stream has no later event, such as the retirement of a key.",
    },
  ];
};

const doubtful = ({ doubts }: BundleReport): ReadonlyArray<Statement> =>
  doubts.map(({ kid, since, reason, later, earlier }) => {
    const entries = [
      ...(later === undefined
        ? []
        : [`${plural(later.entries, 'entry', 'entries')} from ${String(later.first.index)} on`]),
      ...(earlier === undefined ? [] : [`${plural(earlier.entries, 'entry', 'entries')} with an earlier time`]),
    ];
    return {
      mark: 'open',
      title: `Whether ${entries.join(', and ')} came from the authority`,
      text: `Their key ${kid} was declared compromised since ${since} (${reason}), and no witness of your policy cosigned them before: whoever had the key could have made them, and could have set their time back.`,
    };
  });

const BEYOND: Statement = {
  mark: 'open',
  title: 'What no such file can prove',
  text: 'That the host did nothing between two boots, that what was approved was harmless, and who stands behind a name. It proves what was recorded, by which key, on what evidence, and by which rules.',
};

/** What the bundle proves and what it does not, in words for people. With faults, that nothing counts. */
export const statementsOf = (report: BundleReport): ReadonlyArray<Statement> => {
  const { tree, host, faultCount } = report;
  if (faultCount > 0 || tree === undefined || host === undefined) {
    return [
      {
        mark: 'refuted',
        title: 'This file proves nothing',
        text: `${plural(faultCount, 'thing', 'things')} in it ${faultCount === 1 ? 'is' : 'are'} not what it claims. Keep the file, and ask for another one from another source.`,
      },
    ];
  }
  return [
    genuine(report),
    inLog(tree),
    complete(report, host),
    verdictsMade(report),
    witnessed(tree),
    ...keysKnown(report),
    ...doubtful(report),
    BEYOND,
  ];
};
