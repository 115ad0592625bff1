import type { Asked, CardContent, Content, Outbox, PersonalData, Reply, Turn } from '../chat/contract';
import type { Systems } from '../connectors/contract';
import { noState } from '../core/card';
import type { Catalog } from '../core/catalog';
import type { Logger } from '../core/telemetry/logger';
import { footerTime } from '../core/time/clock';
import type { Clock } from '../core/time/clock';
import type { Sweeper } from '../jobs/contract';
import type { Store } from '../store/contract';

/** What a feature can use. What it offers is in the contract of chat. */

/** One check of the installation; `problem` says what is wrong and how to fix it. */
export interface Look {
  readonly about: string;
  /** It wasn't checked, and what the check needs. */
  readonly unchecked?: string;
  readonly problem?: string;
}

/** What `app.ts` gives each feature. */
export interface FeatureDependencies {
  readonly catalog: () => Catalog;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly systems: Systems;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who is responsible for Gavel in a place; by default, nobody is known. */
  readonly ownerOf?: (placeId: string) => Promise<{ readonly personId: string } | undefined>;
  /** Whether somebody is still a member of a place; also true if nobody can tell. */
  readonly isStillIn?: (personId: string, placeId: string) => Promise<boolean>;
  /** The name of a channel or chat; undefined for a place that Gavel never was in. */
  readonly placeName?: (placeId: string) => Promise<string | undefined>;
  /** Whether Gavel was removed from a place, or the place is gone: nothing arrives there. */
  readonly isGone?: (placeId: string) => Promise<boolean>;
  /** The address of the message with this key in the chat tool; undefined if it isn't there or has none. Without it, nothing links there. */
  readonly messageLink?: (key: string) => Promise<string | undefined>;
  /** Whether it's somebody's personal chat with Gavel; false if nobody can tell. */
  readonly isPersonal?: (placeId: string) => Promise<boolean>;
  /** The IANA time zone that somebody chose; by default, everybody has the catalog's. */
  readonly zoneOf?: (personId: string) => Promise<string | undefined>;
  /** Whether somebody wants to be mentioned at the end of every deployment they requested; by default, only if it didn't succeed. */
  readonly wantsEveryMention?: (personId: string) => Promise<boolean>;
  /** The data about people that isn't a feature's. Called only once everything is created. */
  readonly personalData?: () => readonly PersonalData[];
  /** Checks everything that Gavel needs from outside; never rejects. Called only after the start. */
  readonly looks?: () => Promise<readonly Look[]>;
}

/** Does in the name of people what they began earlier, as if they did it now: every right is checked again. Neither of the first two rejects. */
export interface LaterTurns {
  /** Does what was confirmed or approved since the request. */
  readonly carryOut: (turn: Turn, asked: Asked) => Promise<Reply>;
  /** Runs a scheduled line. `ended` is called with the outcome: `done`, `refused`, `not understood`, … */
  readonly runLine: (turn: Turn, line: string, ended: (outcome: string) => void) => Promise<Reply>;
  /** The name of the command that a line means, by its name or in a sentence; undefined if Gavel doesn't understand it. */
  readonly commandFor: (line: string) => string | undefined;
}

/** The IANA time zone for this person's words and answers: the one they chose, or else the catalog's. */
export async function timeZoneOf(
  { catalog, zoneOf }: Pick<FeatureDependencies, 'catalog' | 'zoneOf'>,
  personId: string,
): Promise<string> {
  return (await zoneOf?.(personId)) ?? catalog().timeZone;
}

type ListData = CardContent<'policy/list'>['data'];
type ListRow = ListData['rows'][number];
type Usual = 'state' | 'more' | 'actions' | 'footer';

/**
 * A list as a card: at most `most` rows, and how many more there are. The footer shows the time (now by default) and the turn it was drawn for. A row is
 * plain unless it says otherwise; with an `action`, a click on it does that.
 */
export function drawList(
  { catalog, clock }: Pick<FeatureDependencies, 'catalog' | 'clock'>,
  { reference }: Pick<Turn, 'reference'>,
  {
    most = Infinity,
    ...list
  }: Omit<ListData, Usual | 'rows'> &
    Partial<Pick<ListData, Usual>> & {
      readonly most?: number;
      readonly rows?: readonly (Pick<ListRow, 'name' | 'words'> & Partial<ListRow>)[];
    },
  at = clock.now(),
): CardContent<'policy/list'> {
  const footer = `As of ${footerTime(at, catalog().timeZone)} · ref\u00A0${reference}`;
  const plainRow = { glyph: '•', color: 'Default', name: '', words: '', when: '' };
  const all = list.rows ?? [];
  const rows = all.slice(0, most).map((row) => besideOrBelow({ ...plainRow, ...row }));
  const more = all.length > most ? `and ${all.length - most} more` : '';
  return { card: 'policy/list', data: { state: noState, more, actions: [], footer, ...list, rows } };
}

/** As many characters of a time or a scope stand beside a row on a phone without squeezing the row. */
const longestBeside = 14;

function besideOrBelow(row: ListRow): ListRow {
  if (row.when.length <= longestBeside) return row;
  return { ...row, words: row.words === '' ? row.when : `${row.words} · ${row.when}`, when: '' };
}

/** Sends a message to this person; the same key sends it once. Rejects with `StoreUnavailableError`. */
export function tellPerson(
  { outbox }: Pick<FeatureDependencies, 'outbox'>,
  personId: string,
  key: string,
  content: Content,
): Promise<void> {
  return outbox.put({ key, destination: { to: 'person', personId }, content, revision: 1, final: true });
}

/** Sends a message to this person that stays current: it's redrawn when its topic changes. Rejects with `StoreUnavailableError`. */
export function showPerson(
  { outbox }: Pick<FeatureDependencies, 'outbox'>,
  { person, reference }: Pick<Turn, 'person' | 'reference'>,
  key: string,
  { about, ...content }: Content & { readonly about: string | undefined },
): Promise<void> {
  const place = { id: '', kind: 'personal', name: '' } as const;
  const copyOf = about === undefined ? {} : { copyOf: { about, person, place, reference } };
  return outbox.put({
    key,
    destination: { to: 'person', personId: person.id },
    content,
    revision: 1,
    final: true,
    ...copyOf,
  });
}

/** Answers that concern only one person go only to them, not to the whole channel. Rejects with `StoreUnavailableError`. */
export async function answerAlone(
  deps: Pick<FeatureDependencies, 'outbox'>,
  turn: Turn,
  answer: Content & { readonly about?: string },
): Promise<Reply> {
  if (turn.trigger !== 'typed' || turn.place.kind === 'personal') return answer;
  const { about = turn.about, ...content } = answer;
  await showPerson(deps, turn, `roles:shown:${turn.correlationId}`, { ...content, about });
  return { notice: 'The answer is just for you, so I sent it to our personal chat.' };
}
