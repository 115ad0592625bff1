import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { jsonIn } from '../core/text';
import { team } from './world';
import type { SampleConversation } from './world';

/** The messages in the conversations, and where the bot is installed; kept in separate files across restarts. */

export type MessageFile =
  | {
      readonly kind: 'offered';
      readonly name: string;
      readonly description: string;
      readonly sizeInBytes: number;
      readonly accept: unknown;
      readonly decline: unknown;
    }
  | { readonly kind: 'saved'; readonly name: string; readonly url: string };

export interface Message {
  readonly id: string;
  /** Without a thread. */
  readonly conversation: string;
  /** The message that begins the thread; its own id if it is in nobody else's thread. */
  readonly root: string;
  readonly from: { readonly id: string; readonly name: string; readonly isBot: boolean };
  readonly text: string;
  readonly card: Readonly<Record<string, unknown>> | undefined;
  readonly summary: string;
  /** A file that the bot offers, or one that was saved. */
  readonly file?: MessageFile | undefined;
  /** Names that are drawn as mentions. */
  readonly mentions: readonly { readonly text: string; readonly id: string }[];
  readonly sentAt: number;
  readonly editedAt: number | undefined;
  readonly deleted: boolean;
  /** Ids of the people who gave it a thumbs-up. */
  readonly likedBy?: readonly string[];
  /** The id of the only person who sees it: a targeted message. Teams removes it after a day. */
  readonly onlyFor?: string;
}

const targetedForMs = 86_400_000;

/** Whether this person sees it. */
export function isSeenBy({ onlyFor, sentAt }: Message, personId: string): boolean {
  return onlyFor === undefined || (onlyFor === personId && Date.now() < sentAt + targetedForMs);
}

type MessageChange = { readonly kind: 'posted' | 'edited' | 'deleted'; readonly message: Message };

const maxPerConversation = 400;
const maxLines = 5_000;

export type MessageBoard = ReturnType<typeof openMessages>;

/** Reads the earlier messages; skips unreadable lines. */
export function openMessages(file: string) {
  let stored = readMessages(file);
  let lastId = Date.now();
  let lines = 0;
  const listeners = new Set<(change: MessageChange) => void>();
  rewrite();

  /** One line for each existing message. */
  function rewrite(): void {
    replaceFile(file, stored.map((message) => `${JSON.stringify(message)}\n`).join(''));
    lines = stored.length;
  }

  function tell(change: MessageChange): void {
    // Written before it is acknowledged, so a message that Teams has accepted survives any crash.
    appendFileSync(file, `${JSON.stringify(change.message)}\n`);
    lines += 1;
    if (lines > maxLines) rewrite();
    for (const listener of listeners) listener(change);
  }

  const index = (conversation: string, id: string): number =>
    stored.findIndex((each) => each.conversation === conversation && each.id === id);

  /** Undefined, with no change, if the message no longer exists. */
  function replace(
    kind: MessageChange['kind'],
    conversation: string,
    id: string,
    changeOf: (before: Message) => Partial<Message>,
  ): Message | undefined {
    const at = index(conversation, id);
    const before = stored[at];
    if (!before || before.deleted) return undefined;
    const message = { ...before, ...changeOf(before), id, conversation };
    stored[at] = message;
    tell({ kind, message });
    return message;
  }

  return {
    all: (conversation: string): readonly Message[] => stored.filter((each) => each.conversation === conversation),
    get: (conversation: string, id: string): Message | undefined => stored[index(conversation, id)],
    post(
      draft: Omit<Message, 'id' | 'sentAt' | 'editedAt' | 'deleted' | 'root'> & { root: string | undefined },
    ): Message {
      lastId = Math.max(lastId + 1, Date.now());
      const id = String(lastId);
      const rest = { root: draft.root ?? id, sentAt: Date.now(), editedAt: undefined, deleted: false };
      const message: Message = { ...draft, id, ...rest };
      stored.push(message);
      const inThere = stored.filter((each) => each.conversation === message.conversation);
      if (inThere.length > maxPerConversation) stored = stored.filter((each) => each !== inThere[0]);
      tell({ kind: 'posted', message });
      return message;
    },
    edit: (conversation: string, id: string, change: Partial<Message>): Message | undefined =>
      // Two edits within a millisecond are two revisions.
      replace('edited', conversation, id, ({ editedAt, sentAt }) => ({
        ...change,
        editedAt: Math.max(Date.now(), (editedAt ?? sentAt) + 1),
      })),
    /** Not an edit: what each person sees of a card stays. */
    react: (conversation: string, id: string, personId: string, likes: boolean): Message | undefined =>
      replace('edited', conversation, id, ({ likedBy = [] }) => {
        const others = likedBy.filter((each) => each !== personId);
        return { likedBy: likes ? [...others, personId] : others };
      }),
    remove: (conversation: string, id: string): boolean =>
      replace('deleted', conversation, id, () => ({ text: '', card: undefined, summary: '', deleted: true })) !==
      undefined,
    onChange: (listener: (change: MessageChange) => void): void => void listeners.add(listener),
    clear(): void {
      stored = [];
      rewrite();
    },
  };
}

function readMessages(file: string): Message[] {
  if (!existsSync(file)) return [];
  const found = readFileSync(file, 'utf8').split('\n').map(jsonIn).filter(isMessage);
  return [...new Map(found.map((message) => [`${message.conversation} ${message.id}`, message])).values()];
}

const isMessage = (value: unknown): value is Message =>
  value !== null && typeof value === 'object' && 'conversation' in value;

function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export type Installs = ReturnType<typeof openInstalls>;

/** Where the bot was removed, and which private and shared channels it was added to. */
export function openInstalls(file: string) {
  const kept = existsSync(file) ? jsonIn(readFileSync(file, 'utf8')) : undefined;
  const unusual = new Set(Array.isArray(kept) ? kept.map(String) : []);
  /** A team has one installation for its standard channels; each private or shared channel has its own. */
  const scopeOf = ({ id, type, membership }: SampleConversation): string =>
    type === 'channel' && !membership ? team.id : id;
  const usual = ({ membership }: SampleConversation): boolean => membership === undefined;
  return {
    has: (conversation: SampleConversation): boolean => unusual.has(scopeOf(conversation)) !== usual(conversation),
    set(conversation: SampleConversation, installed: boolean): void {
      if (installed === usual(conversation)) unusual.delete(scopeOf(conversation));
      else unusual.add(scopeOf(conversation));
      replaceFile(file, JSON.stringify([...unusual]));
    },
  };
}
