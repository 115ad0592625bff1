import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What stands in the conversations; kept in one file of its own over restarts. */

export interface Message {
  readonly id: string;
  /** Without a thread. */
  readonly conversation: string;
  /** The message that begins the thread; its own id outside threads of others. */
  readonly root: string;
  readonly from: { readonly id: string; readonly name: string; readonly isBot: boolean };
  readonly text: string;
  readonly card: Readonly<Record<string, unknown>> | undefined;
  readonly summary: string;
  /** Names that are drawn as mentions. */
  readonly mentions: readonly { readonly text: string; readonly id: string }[];
  readonly sentAt: number;
  readonly editedAt: number | undefined;
  readonly deleted: boolean;
  /** Ids of those who gave it a thumb up. */
  readonly likedBy?: readonly string[];
}

type MessageChange = { readonly kind: 'posted' | 'edited' | 'deleted'; readonly message: Message };

export interface MessageBoard {
  all(conversation: string): readonly Message[];
  get(conversation: string, id: string): Message | undefined;
  post(
    message: Omit<Message, 'id' | 'sentAt' | 'editedAt' | 'deleted' | 'root'> & { root: string | undefined },
  ): Message;
  edit(conversation: string, id: string, change: Partial<Message>): Message | undefined;
  /** Not an edit: what each person sees of a card stays. */
  react(conversation: string, id: string, personId: string, likes: boolean): Message | undefined;
  remove(conversation: string, id: string): boolean;
  onChange(listener: (change: MessageChange) => void): () => void;
  clear(): void;
}

const maxPerConversation = 400;
const maxLines = 5_000;

/** Reads what was there before; an unreadable line is passed over. */
export function openMessages(file: string): MessageBoard {
  let stored = read(file);
  let lastId = Date.now();
  let lines = 0;
  const listeners = new Set<(change: MessageChange) => void>();
  mkdirSync(dirname(file), { recursive: true });
  rewrite();

  /** One line for each message that there still is. */
  function rewrite(): void {
    writeFileSync(`${file}.new`, stored.map((message) => `${JSON.stringify(message)}\n`).join(''));
    renameSync(`${file}.new`, file);
    lines = stored.length;
  }

  function tell(change: MessageChange): void {
    // Written before it is acknowledged: what Teams has accepted is still there after any death.
    appendFileSync(file, `${JSON.stringify(change.message)}\n`);
    lines += 1;
    if (lines > maxLines) rewrite();
    for (const listener of listeners) listener(change);
  }

  const index = (conversation: string, id: string): number =>
    stored.findIndex((each) => each.conversation === conversation && each.id === id);

  return {
    all: (conversation) => stored.filter((each) => each.conversation === conversation),
    get: (conversation, id) => stored[index(conversation, id)],
    post(draft) {
      lastId = Math.max(lastId + 1, Date.now());
      const id = String(lastId);
      const message: Message = {
        ...draft,
        id,
        root: draft.root ?? id,
        sentAt: Date.now(),
        editedAt: undefined,
        deleted: false,
      };
      stored.push(message);
      const inThere = stored.filter((each) => each.conversation === message.conversation);
      if (inThere.length > maxPerConversation) stored = stored.filter((each) => each !== inThere[0]);
      tell({ kind: 'posted', message });
      return message;
    },
    edit(conversation, id, change) {
      const at = index(conversation, id);
      const before = stored[at];
      if (!before || before.deleted) return undefined;
      // Two edits within a millisecond are two revisions.
      const editedAt = Math.max(Date.now(), (before.editedAt ?? before.sentAt) + 1);
      const message = { ...before, ...change, id, conversation, editedAt };
      stored[at] = message;
      tell({ kind: 'edited', message });
      return message;
    },
    react(conversation, id, personId, likes) {
      const at = index(conversation, id);
      const before = stored[at];
      if (!before || before.deleted) return undefined;
      const others = (before.likedBy ?? []).filter((each) => each !== personId);
      const message = { ...before, likedBy: likes ? [...others, personId] : others };
      stored[at] = message;
      tell({ kind: 'edited', message });
      return message;
    },
    remove(conversation, id) {
      const at = index(conversation, id);
      const before = stored[at];
      if (!before || before.deleted) return false;
      const message = { ...before, text: '', card: undefined, summary: '', deleted: true };
      stored[at] = message;
      tell({ kind: 'deleted', message });
      return true;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      stored = [];
      rewrite();
    },
  };
}

function read(file: string): Message[] {
  if (!existsSync(file)) return [];
  const byKey = new Map<string, Message>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const message = parse(line);
    if (message) byKey.set(`${message.conversation} ${message.id}`, message);
  }
  return [...byKey.values()];
}

function parse(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && 'conversation' in value ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
