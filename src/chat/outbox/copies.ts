import { isDeepStrictEqual } from 'node:util';
import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, CollectionSpec, Store, Stored } from '../../store/contract';
import { readListTopic } from '../contract';
import type { CardContent, Content, Copy, Outbox, Turn } from '../contract';
import type { PostedMessage } from '../sender';
import { copiesOf, createListRedraws, forgetOlderLists } from './lists';
import { activityKey, hasText, onRequested } from './record';
import type { MessageRecord } from './record';

/**
 * Cards that answered somebody and show something that can change. Gavel records who saw what and where, so that it can edit each message after a change. In
 * a personal chat, the message shows what the person sees. In a channel, a click changes only the view of the person who clicked, and an edit of the message
 * ends that view.
 */

export interface CopyRecord extends Copy {
  /** The key of the message in the outbox. */
  readonly message: string;
  /** Whether the message itself shows it, or only the view of the person who clicked. */
  readonly isWhole: boolean;
  readonly at: number;
}

const copiesSpec: CollectionSpec<CopyRecord> = {
  name: 'copies',
  schema: 1,
  indexes: {
    about: (copy) => copy.about,
    message: (copy) => copy.message,
    at: (copy) => copy.at,
    list: (copy) => (readListTopic(copy.about) ? 'yes' : undefined),
  },
  queries: [
    { where: ['about'], orderBy: 'at' },
    { where: ['message'] },
    { where: ['list'], orderBy: 'at' },
    { orderBy: 'at' },
  ],
  expiresAt: (copy) => copy.at + defaultRetentionMs('replies'),
};

/** A card that answered in this turn. */
interface Answer {
  readonly turn: Pick<Turn, 'person' | 'place' | 'thread' | 'reference' | 'receivedAt'>;
  readonly content: CardContent;
  readonly about: string;
  /** The message that shows it, or that was clicked. */
  readonly posted: PostedMessage;
}

interface CopiesParts {
  readonly store: Store;
  readonly messages: Collection<MessageRecord>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Wakes the lane because something is to be sent there. */
  readonly kick: (lane: string) => void;
  /** How long after a change lists are redrawn, once for all changes in that time. */
  readonly redrawListsAfterMs: number;
}

/** How many of the newest copies are edited. A click on an older one gets the current card as the answer. */
const maxCopies = 100;
const ownPrefix = 'card:';

export function createCopies({ store, messages, clock, logger, kick, redrawListsAfterMs }: CopiesParts) {
  const copies = store.collection(copiesSpec);
  const drawers: Parameters<Outbox['drawCopies']>[] = [];

  const edits = createEdits({ messages, clock, kick });
  const { edit } = edits;
  const show = createShow({ copies, messages, drawers, remember, ...edits });

  async function remember(copy: Omit<CopyRecord, 'at'>): Promise<void> {
    await copies.upsert(idOf(copy), () => ({ ...copy, at: clock.now() }));
    await forgetOlderLists(copies, copy);
  }

  async function changed(about: string): Promise<void> {
    lists.noteChange(about);
    const { items } = await copies.find({ where: { about }, orderBy: 'at', descending: true, limit: maxCopies });
    for (const each of items) await show(each);
  }

  const lists = createListRedraws({
    afterMs: redrawListsAfterMs,
    logger,
    clock,
    async redraw(subjects) {
      for (const each of await copiesOf(copies, subjects)) if (!isNewView(each.value)) await show(each);
    },
  });

  /** Whether somebody opened it after the last change, so that ending it would only take away what they read. */
  function isNewView({ about, at, isWhole }: CopyRecord): boolean {
    const shows = readListTopic(about)?.shows ?? [];
    return !isWhole && shows.every((subject) => lists.lastChangeOf(subject) < at);
  }

  /** Changes that happened while the card was being posted are shown now. */
  async function keep(copy: Omit<CopyRecord, 'at'>, { receivedAt }: Answer['turn']): Promise<void> {
    await remember(copy);
    const subjects = readListTopic(copy.about)?.shows ?? [copy.about];
    const late = subjects.filter((subject) => lists.lastChangeOf(subject) >= receivedAt);
    for (const subject of late) await changed(subject);
  }

  return {
    drawCopies: (...drawer: (typeof drawers)[number]): void => void drawers.push(drawer),
    changed,
    lists,
    /** Keeps a card that was posted without the outbox. */
    async keepPosted({ turn, content, about, posted }: Answer): Promise<void> {
      const message = `${ownPrefix}${activityKey(posted)}`;
      await messages.upsert(message, (known) => known ?? recordOf(message, content, posted, turn, clock.now()));
      await keep(
        { about, person: turn.person, place: turn.place, reference: turn.reference, message, isWhole: true },
        turn,
      );
    },
    /** Keeps a card that couldn't be posted yet and waits in the outbox under this key. */
    keepWaiting: ({ about, person, place, reference, message }: Copy & { readonly message: string }): Promise<void> =>
      remember({ about, person, place, reference, message, isWhole: true }),
    /** Whether this message shows this and is edited whenever it changes. */
    async keepsCurrent(posted: PostedMessage, about: string): Promise<boolean> {
      const known = (await messages.find({ where: { activity: activityKey(posted) }, limit: 1 })).items[0];
      if (!known) return false;
      if (known.id.startsWith(`${about}:`)) return true;
      const shown = await copies.find({ where: { message: known.id }, limit: maxCopies });
      return shown.items.some(({ value }) => value.about === about && value.isWhole);
    },
    /** Keeps a card that answered a click on this message. */
    async keepClicked({ turn, content, about, posted }: Answer): Promise<void> {
      const { person, place, reference } = turn;
      const known = (await messages.find({ where: { activity: activityKey(posted) }, limit: 1 })).items[0];
      // The feature that posted it keeps it current.
      if (known?.id.startsWith(`${about}:`)) return;
      const shown = known ? (await copies.find({ where: { message: known.id }, limit: maxCopies })).items : [];
      const isOwn = !known || known.id.startsWith(ownPrefix) || shown.some(({ value }) => value.isWhole);
      if (place.kind !== 'personal' || !isOwn) {
        if (known) await keep({ about, person, place, reference, message: known.id, isWhole: false }, turn);
        return;
      }
      const message = known?.id ?? `${ownPrefix}${activityKey(posted)}`;
      for (const { id, value } of shown) if (value.about !== about) await copies.remove(id);
      const before =
        known ??
        (await messages.upsert(message, (found) => found ?? recordOf(message, content, posted, turn, clock.now())));
      if (!(await edit(message, content, before.value.revision)))
        logger.debug({ message }, 'A card was edited by someone else while it answered a click');
      await keep({ about, person, place, reference, message, isWhole: true }, turn);
    },
  };
}

/** Edits the message so that it shows the current state. */
function createShow({
  copies,
  messages,
  drawers,
  remember,
  edit,
  endView,
}: Pick<CopiesParts, 'messages'> &
  ReturnType<typeof createEdits> & {
    readonly copies: Collection<CopyRecord>;
    readonly drawers: readonly Parameters<Outbox['drawCopies']>[];
    readonly remember: (copy: Omit<CopyRecord, 'at'>) => Promise<void>;
  }) {
  async function draw(copy: Copy): ReturnType<Parameters<Outbox['drawCopies']>[1]> {
    return drawers.find(([prefix]) => copy.about.startsWith(prefix))?.[1](copy);
  }

  /** Redraws until nobody else has edited the message in the meantime. False if nobody can edit it anymore. */
  async function redraw({ message, at: _at, isWhole, ...copy }: CopyRecord): Promise<boolean> {
    for (;;) {
      const before = (await messages.get(message))?.value;
      if (!before || (before.state === 'posted' && !before.posted)) return false;
      const drawn = await draw(copy);
      if (!drawn) return true;
      const { about = copy.about, ...card } = drawn;
      const content = withSameWay(before.content, card);
      if (about !== copy.about) await remember({ ...copy, about, message, isWhole });
      if (saysTheSame(before.content, content) || (await edit(message, content, before.revision))) return true;
    }
  }

  return async function show({ id, value }: Stored<CopyRecord>): Promise<void> {
    if (!value.isWhole) {
      await endView(value.message);
      await copies.remove(id);
    } else if (!(await redraw(value))) await copies.remove(id);
  };
}

function createEdits({ messages, clock, kick }: Pick<CopiesParts, 'messages' | 'clock' | 'kick'>) {
  /** Edits the message with this key, whatever it showed before. */
  async function edit(key: string, content: Content, lastRevision: number): Promise<boolean> {
    const now = clock.now();
    const stored = await messages.update(key, (record) => {
      if (record.revision !== lastRevision) return undefined;
      const message = { key, destination: record.destination, content, revision: lastRevision + 1 } as const;
      return onRequested(record, { ...message, tryFor: 'a day' }, record.lane, now, now * 1_000);
    });
    if (stored?.changed) kick(stored.value.lane);
    return stored?.changed === true;
  }

  /** Edits the message with the same content for everybody, which ends the view that a click showed to one person. */
  async function endView(key: string): Promise<void> {
    const stored = await messages.update(key, (record) =>
      record.posted && record.dueAt === undefined && hasText(record) ? { ...record, dueAt: clock.now() } : undefined,
    );
    if (stored?.changed) kick(stored.value.lane);
  }

  return { edit, endView };
}

/** One for each topic and message; several people's views of one message end together. */
function idOf({ about, message, isWhole }: Pick<CopyRecord, 'about' | 'message' | 'isWhole'>): string {
  return `${isWhole ? 'whole' : 'view'} ${about} ${message}`;
}

function recordOf(
  key: string,
  content: CardContent,
  posted: PostedMessage,
  { place, person, thread }: Answer['turn'],
  now: number,
): MessageRecord {
  // What only one person sees must not be posted again for everybody.
  const isPersonal = place.kind === 'personal' || posted.isTargeted === true;
  const destination = isPersonal
    ? ({ to: 'person', personId: person.id } as const)
    : ({ to: 'place', placeId: place.id, ...(thread !== undefined && { thread }) } as const);
  const lane = place.kind === 'personal' ? `person ${person.id}` : `place ${place.id}`;
  const fresh = onRequested(undefined, { key, destination, content, revision: 1 }, lane, now, now * 1_000);
  if (!fresh) throw new Error('A new message is always to be shown');
  return { ...fresh, state: 'posted', posted, shownRevision: 1, dueAt: undefined };
}

/** Whatever led to the card before leads to it still. */
function withSameWay(before: Content, card: CardContent): CardContent {
  return 'card' in before && before.back !== undefined ? { ...card, back: before.back } : card;
}

/** Ignores the footer, which only says when a card was drawn. */
function saysTheSame(one: Content, other: Content): boolean {
  if (!('card' in one) || !('card' in other)) return isDeepStrictEqual(one, other);
  return one.card === other.card && isDeepStrictEqual({ ...one.data, footer: '' }, { ...other.data, footer: '' });
}
