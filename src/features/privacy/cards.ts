import type { CardContent, PersonalData, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { capitalize, enumerate, plainText } from '../../core/text';
import { describeCount } from '../../core/text/older-entries';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deletion } from './workflow';

/** How much of one kind is kept about somebody; if it isn't exact, there's more. */
interface CountedData {
  readonly kind: PersonalData;
  readonly count: number;
  readonly isExact: boolean;
}

const kind = 'Your data';
const alwaysStays = [
  {
    name: 'deployments and approvals',
    stays:
      'Deployments, approvals, locks, freezes, and channel settings keep your name, because other people rely on these records.',
  },
  {
    name: 'audit log',
    stays: 'Your changes stay in the audit log under your ID, because individual entries can’t be removed from it.',
  },
];

/** All kinds with their amounts, and what people can do about them. */
export function overviewCard(deps: FeatureDependencies, turn: Turn, kept: readonly CountedData[]): CardContent {
  const count = kept.reduce((sum, each) => sum + each.count, 0);
  const all = describeCount(
    count,
    kept.every(({ isExact }) => isExact),
  );
  const none = kept.filter((each) => each.count === 0).map((each) => each.kind.name);
  // An empty kind is mentioned, but gets no row.
  const lacking = count === 0 || none.length === 0 ? [] : [`You have no ${enumerate(none, 'or')}.`];
  return drawList(deps, turn, {
    kind,
    title: 'What Gavel stores about you',
    summary: `Your data: ${all}`,
    sentence:
      count === 0
        ? '**There is nothing to export or delete.** You have no saved facts, aliases, history, or subscriptions.'
        : `**${all}.** You can export everything, and delete what doesn’t have to stay.`,
    rows: kept
      .filter((each) => each.count > 0)
      .map((each) => ({ name: capitalize(each.kind.name), words: describeCount(each.count, each.isExact) })),
    more: [...lacking, ...alwaysStays.map(({ stays }) => stays)].join(' '),
    actions: [
      { title: 'Export my data', verb: 'chat.run', id: 'export my data' },
      { title: 'Delete my data…', verb: 'chat.run', id: 'delete my data' },
    ].slice(count === 0 ? 2 : 0),
  });
}

/** The question before a deletion, and its outcome. */
export function deletionCard(
  deps: FeatureDependencies,
  kinds: readonly PersonalData[],
  id: string,
  deletion: Deletion,
): CardContent {
  const what = plainText(enumerate(kinds.filter(({ isKept }) => !isKept).map(({ name }) => name)), 600);
  const rows = [...kinds, ...alwaysStays].flatMap(({ name, stays }) =>
    stays === undefined ? [] : [{ name: capitalize(name), words: stays }],
  );
  const nothing = { title: 'Nothing was deleted', summary: 'Your data: nothing was deleted' };
  const states = {
    asked: {
      title: 'Delete your data?',
      state: bandState('waiting'),
      sentence: `**This permanently deletes** your ${what}. Nothing is deleted unless you confirm it within 15 minutes. What stays, and why:`,
      rows,
      actions: [
        { title: 'Delete my data', verb: 'privacy.delete', id },
        { title: 'Cancel', verb: 'privacy.keep', id },
      ],
    },
    kept: { ...nothing, sentence: '**Your data wasn’t deleted.** Type `delete my data` if you change your mind.' },
    expired: {
      ...nothing,
      sentence: '**You didn’t confirm the deletion in time.** Type `delete my data` to start over.',
    },
    deleting: {
      title: 'Your data is being deleted',
      sentence: `**I’m deleting** your ${what}. I’ll update this card when it’s done.`,
    },
    deleted: {
      title: 'Your data is deleted',
      state: bandState('done'),
      sentence: `**Deleted:** your ${what}. What stays, and why:`,
      rows,
    },
  };
  const shown = states[deletion.state];
  return drawList(deps, deletion, { kind, summary: shown.title, ...shown }, deletion.changedAt);
}
