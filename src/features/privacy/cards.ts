import type { CardContent, PersonalData } from '../../chat/contract';
import { bandState } from '../../core/card';
import { capitalize, enumerate, plainText } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import { describeCount } from '../../core/text/older-entries';
import type { Deletion } from './workflow';

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

/** What stays after a deletion and why. */
function staysOf(kinds: readonly PersonalData[]): readonly { readonly name: string; readonly stays: string }[] {
  return [...kinds.flatMap(({ name, stays }) => (stays === undefined ? [] : [{ name, stays }])), ...alwaysStays];
}

interface Drawing {
  readonly now: number;
  readonly timeZone: string;
  readonly reference: string;
}

type ListData = CardContent<'policy/list'>['data'];
type ListParts = Pick<ListData, 'title' | 'sentence' | 'summary'> &
  Partial<Pick<ListData, 'state' | 'rows' | 'more' | 'actions'>>;

const quiet = { glyph: '', word: '', tone: 'emphasis' };

function drawList({ now, timeZone, reference }: Drawing, content: ListParts): CardContent {
  const footer = `${footerTime(now, timeZone)} · ref ${reference}`;
  return {
    card: 'policy/list',
    data: { kind: 'Your data', state: quiet, rows: [], more: '', actions: [], ...content, footer },
  };
}

/** All kinds with how much there is of each, and what can be done. */
export function overviewCard(kept: readonly CountedData[], when: Drawing): CardContent {
  const count = kept.reduce((sum, each) => sum + each.count, 0);
  const all = describeCount(
    count,
    kept.every(({ isExact }) => isExact),
  );
  return drawList(when, {
    title: 'What I keep of you',
    summary: `Your data: ${all}`,
    sentence:
      count === 0
        ? '**Nothing of your own.** I have no memory, alias, history or wish of yours.'
        : `**${all}.** You can have all of it as text, or have it deleted.`,
    rows: kept
      .filter((each) => each.count > 0)
      .map(({ kind, count: some, isExact }) => ({
        glyph: '○',
        color: 'Default',
        name: capitalize(kind.name),
        words: describeCount(some, isExact),
        when: '',
      })),
    more: [describeNone(kept), ...alwaysStays.map(({ stays }) => stays)].filter((words) => words !== '').join(' '),
    actions:
      count === 0
        ? []
        : [
            { title: 'Export it', verb: 'chat.run', id: 'export my data' },
            { title: 'Delete it', verb: 'chat.run', id: 'delete my data' },
          ],
  });
}

/** What there is none of, in one line: it is worth knowing and not worth a row. */
function describeNone(kept: readonly CountedData[]): string {
  const none = kept.filter(({ count }) => count === 0).map(({ kind }) => kind.name);
  return none.length === 0 || none.length === kept.length ? '' : `There are no ${enumerate(none, 'or')}.`;
}

/** The question before a deletion, and what became of it. */
export function deletionCard(
  id: string,
  { state, reference, changedAt }: Deletion,
  kinds: readonly PersonalData[],
  timeZone: string,
): CardContent {
  const when = { now: changedAt, timeZone, reference };
  const what = plainText(enumerate(kinds.filter(({ isKept }) => !isKept).map(({ name }) => name)), 600);
  const stays = staysOf(kinds).map((each) => ({
    glyph: '○',
    color: 'Default',
    name: capitalize(each.name),
    words: each.stays,
    when: '',
  }));
  if (state === 'asked')
    return drawList(when, {
      title: 'Delete what I keep of you?',
      summary: 'Delete what I keep of you?',
      state: bandState('waiting'),
      sentence: `**Gone for good:** your ${what}. Nothing is deleted unless you confirm it within 15 minutes. What stays, and why:`,
      rows: stays,
      actions: [
        { title: 'Delete my data', verb: 'privacy.delete', id },
        { title: 'Keep it', verb: 'privacy.keep', id },
      ],
    });
  if (state === 'kept' || state === 'expired')
    return drawList(when, {
      title: 'Nothing was deleted',
      summary: 'Your data: nothing was deleted',
      sentence:
        state === 'kept'
          ? '**You kept your data.** Write `delete my data` when you want it gone.'
          : '**You did not confirm it in time.** Write `delete my data` to be asked again.',
    });
  const done = state === 'deleted';
  return drawList(when, {
    title: done ? 'Your data is deleted' : 'Your data is being deleted',
    summary: done ? 'Your data is deleted' : 'Your data is being deleted',
    sentence: done
      ? `**Gone:** your ${what}. What stays, and why:`
      : `**I am deleting** your ${what}. I say here when it is done.`,
    ...(done && { state: bandState('done') }),
    rows: done ? stays : [],
  });
}

/** Data as text that fits into messages. Pure. */

/** What of one kind is kept of somebody. */
export interface KeptData {
  readonly kind: PersonalData;
  readonly entries: readonly object[];
}

/** How much of one kind is kept of somebody; where it isn't exact, there's more. */
export interface CountedData {
  readonly kind: PersonalData;
  readonly count: number;
  readonly isExact: boolean;
}

/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 7_000;
/** So many messages are sent for one request. */
const messagesEach = 5;

/** Each part is JSON of its own: one kind of data, as many entries as fit. */
export function splitIntoParts(kept: readonly KeptData[]): readonly string[] {
  return kept.flatMap(({ kind, entries }) => {
    const parts: string[][] = [];
    let room = 0;
    for (const entry of entries) {
      const line = `  ${defuse(JSON.stringify(entry))}`;
      if (room < line.length) {
        parts.push([]);
        room = maxCharacters;
      }
      parts.at(-1)?.push(line);
      room -= line.length + 2;
    }
    return parts.map((lines) => `{"${kind.name}": [\n${lines.join(',\n')}\n]}`);
  });
}

/** The same JSON, in which nothing ends the block it stands in, names anybody or hides. */
function defuse(json: string): string {
  return json.replace(
    /[`<>&\u007F-\u00A0\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The parts of one request, counted from 1; undefined when there is no such page. */
export function findPage(
  parts: readonly string[],
  page: number,
): { readonly shown: readonly string[]; readonly first: number; readonly pages: number } | undefined {
  const first = (page - 1) * messagesEach;
  const shown = parts.slice(first, first + messagesEach);
  return shown.length === 0 ? undefined : { shown, first: first + 1, pages: Math.ceil(parts.length / messagesEach) };
}
