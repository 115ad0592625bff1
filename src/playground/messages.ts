import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
}

export type MessageChange = { readonly kind: 'posted' | 'edited' | 'deleted'; readonly message: Message };

export interface Messages {
  all(conversation: string): readonly Message[];
  get(conversation: string, id: string): Message | undefined;
  post(
    message: Omit<Message, 'id' | 'sentAt' | 'editedAt' | 'deleted' | 'root'> & { root: string | undefined },
  ): Message;
  edit(conversation: string, id: string, change: Partial<Message>): Message | undefined;
  remove(conversation: string, id: string): boolean;
  onChange(listener: (change: MessageChange) => void): () => void;
  clear(): void;
  flush(): void;
}

const mostPerConversation = 400;
const saveAfterMs = 150;

/** Reads what was there before; an unreadable file starts empty. */
export function openMessages(file: string): Messages {
  let stored = read(file);
  let lastId = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<(change: MessageChange) => void>();

  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(stored));
    renameSync(`${file}.new`, file);
  }

  function tell(change: MessageChange): void {
    timer ??= setTimeout(save, saveAfterMs).unref();
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
      if (inThere.length > mostPerConversation) stored = stored.filter((each) => each !== inThere[0]);
      tell({ kind: 'posted', message });
      return message;
    },
    edit(conversation, id, change) {
      const at = index(conversation, id);
      const before = stored[at];
      if (!before || before.deleted) return undefined;
      const message = { ...before, ...change, id, conversation, editedAt: Date.now() };
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
      save();
    },
    flush() {
      if (timer) save();
    },
  };
}

function read(file: string): Message[] {
  if (!existsSync(file)) return [];
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? (value as Message[]) : [];
  } catch {
    return [];
  }
}
