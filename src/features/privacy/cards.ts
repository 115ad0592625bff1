import type { CardContent, PersonalData, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { capitalize, enumerate, plainText } from '../../core/text';
import { describeCount } from '../../core/text/older-entries';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deletion } from './workflow';

/** How much of one kind is kept of somebody; where it isn't exact, there's more. */
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
      'What you asked for or decided stays with its deployment, approval, lock, freeze or channel, because others rely on it.',
  },
  {
    name: 'audit record',
    stays:
      'What you asked to be changed stays in the audit record under your id: a record that lines can be taken out of proves nothing.',
  },
];

/** All kinds with how much there is of each, and what can be done. */
export function overviewCard(deps: FeatureDependencies, turn: Turn, kept: readonly CountedData[]): CardContent {
  const count = kept.reduce((sum, each) => sum + each.count, 0);
  const all = describeCount(
    count,
    kept.every(({ isExact }) => isExact),
  );
  const none = kept.filter((each) => each.count === 0).map((each) => each.kind.name);
  // What there is none of is worth knowing and not worth a row.
  const lacking = count === 0 || none.length === 0 ? [] : [`There are no ${enumerate(none, 'or')}.`];
  return drawList(deps, turn, {
    kind,
    title: 'What Gavel stores about you',
    summary: `Your data: ${all}`,
    sentence:
      count === 0
        ? '**Nothing of your own.** I have no memory, alias, history or wish of yours.'
        : `**${all}.** You can have all of it as text, or have it deleted.`,
    rows: kept
      .filter((each) => each.count > 0)
      .map((each) => ({ name: capitalize(each.kind.name), words: describeCount(each.count, each.isExact) })),
    more: [...lacking, ...alwaysStays.map(({ stays }) => stays)].join(' '),
    actions: [
      { title: 'Export it', verb: 'chat.run', id: 'export my data' },
      { title: 'Delete it', verb: 'chat.run', id: 'delete my data' },
    ].slice(count === 0 ? 2 : 0),
  });
}

/** The question before a deletion, and what became of it. */
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
      title: 'Delete what I keep of you?',
      state: bandState('waiting'),
      sentence: `**Gone for good:** your ${what}. Nothing is deleted unless you confirm it within 15 minutes. What stays, and why:`,
      rows,
      actions: [
        { title: 'Delete my data', verb: 'privacy.delete', id },
        { title: 'Keep it', verb: 'privacy.keep', id },
      ],
    },
    kept: { ...nothing, sentence: '**You kept your data.** Write `delete my data` when you want it gone.' },
    expired: {
      ...nothing,
      sentence: '**You did not confirm it in time.** Write `delete my data` to be asked again.',
    },
    deleting: {
      title: 'Your data is being deleted',
      sentence: `**I am deleting** your ${what}. I say here when it is done.`,
    },
    deleted: {
      title: 'Your data is deleted',
      state: bandState('done'),
      sentence: `**Gone:** your ${what}. What stays, and why:`,
      rows,
    },
  };
  const shown = states[deletion.state];
  return drawList(deps, deletion, { kind, summary: shown.title, ...shown }, deletion.changedAt);
}
