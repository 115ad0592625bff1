import type { TurnContext } from 'botbuilder';
import type { DialogContext, DialogSet, DialogState } from 'botbuilder-dialogs';
import { ConflictError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Leases } from '../../jobs/contract';
import type { CollectionSpec, Store } from '../../store/contract';
import type { ChatDialog, DialogLibrary } from '../contract';

/** Runs dialogs on any chat tool. Each person has at most one open dialog; its state is in the store, changed by compare-and-set. */

export type Dialogs = ReturnType<typeof createDialogs>;

interface DialogsOptions {
  readonly store: Store;
  readonly dialogs: readonly ChatDialog[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Needed if several instances share the store. */
  readonly leases?: Leases;
}

/** The state of somebody's open dialog, by the id of the person. */
interface OpenDialog {
  readonly dialogId: string;
  readonly state: DialogState;
  /** Grows with every turn. A turn that began from an older state doesn't overwrite a newer one. */
  readonly turns: number;
  readonly changedAt: number;
  /** The last message that the dialog handled. If it is delivered again, it doesn't answer the next question. */
  readonly heard?: string;
}

const retentionMs = 7 * 86_400_000;

export const dialogsSpec: CollectionSpec<OpenDialog> = {
  name: 'dialogs',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (dialog) => dialog.changedAt + retentionMs,
};

/** Throws if two dialogs have the same id. */
export function createDialogs({ store, dialogs, clock, logger, leases }: DialogsOptions) {
  const open = store.collection(dialogsSpec);
  const known = new Map<string, ChatDialog>();
  for (const dialog of dialogs) {
    if (known.has(dialog.id)) throw new Error(`Two dialogs are called ${dialog.id}`);
    known.set(dialog.id, dialog);
  }
  let loading: ReturnType<typeof makeSet> | undefined;
  const inTurn = createPersonTurns(leases);

  async function load(personId: string): Promise<OpenDialog | undefined> {
    const found = (await open.get(personId))?.value;
    return found && found.changedAt + retentionMs > clock.now() && known.has(found.dialogId) ? found : undefined;
  }

  async function save(
    personId: string,
    before: OpenDialog | undefined,
    { dialogId, state, heard }: Pick<OpenDialog, 'dialogId' | 'state' | 'heard'>,
  ): Promise<void> {
    const next: OpenDialog = { dialogId, state, turns: (before?.turns ?? 0) + 1, changedAt: clock.now(), heard };
    const turns = before?.turns;
    if (turns === undefined) {
      await open.remove(personId);
      await open.insert(personId, next).catch((error: unknown) => {
        if (!(error instanceof ConflictError)) throw error;
      });
      return;
    }
    const saved = await open.update(personId, (value) => (value.turns === turns ? next : undefined));
    if (saved?.changed !== true) logger.warn({ dialogId }, 'A dialog has moved on elsewhere; this turn was dropped');
  }

  async function run(
    personId: string,
    before: OpenDialog | undefined,
    dialogId: string,
    context: TurnContext,
    step: (dialog: DialogContext, library: DialogLibrary) => Promise<unknown>,
  ): Promise<void> {
    const { library, set } = await (loading ??= makeSet(dialogs));
    const state: DialogState = before ? structuredClone(before.state) : { dialogStack: [] };
    await step(new library.DialogContext(set, context, state), library);
    if (state.dialogStack.length === 0) await open.remove(personId);
    else await save(personId, before, { dialogId, state, heard: context.activity.id });
  }

  return {
    isOpen: async (personId: string): Promise<boolean> => (await load(personId)) !== undefined,
    /** Whether the open dialog takes this line as an answer even though it is a command. */
    async takes(personId: string, said: string): Promise<boolean> {
      const found = await load(personId);
      return found !== undefined && known.get(found.dialogId)?.takes?.(said) === true;
    },
    /** Passes the message to the open dialog; false if none is open. */
    continue: (context: TurnContext, personId: string): Promise<boolean> =>
      inTurn(personId, async () => {
        const before = await load(personId);
        if (!before) return false;
        if (before.heard !== undefined && before.heard === context.activity.id) return true;
        await run(personId, before, before.dialogId, context, async (dialog, library) => {
          const result = await dialog.continueDialog();
          if (result.status === library.DialogTurnStatus.empty) await dialog.cancelAllDialogs();
        });
        return true;
      }),
    /** Begins a dialog, or repeats the open question if this dialog is already open. */
    begin: (context: TurnContext, personId: string, dialogId: string): Promise<void> =>
      inTurn(personId, async () => {
        if (!known.has(dialogId)) throw new Error(`There is no dialog ${dialogId}`);
        const before = await load(personId);
        if (before?.dialogId === dialogId)
          return run(personId, before, dialogId, context, (dialog) => dialog.repromptDialog());
        await open.remove(personId);
        return run(personId, undefined, dialogId, context, (dialog) => dialog.beginDialog(dialogId));
      }),
    /** Ends the open dialog and returns its id; undefined if none was open. */
    cancel: (personId: string): Promise<string | undefined> =>
      inTurn(personId, async () => {
        const found = await load(personId);
        await open.remove(personId);
        return found?.dialogId;
      }),
  };
}

async function makeSet(
  dialogs: readonly ChatDialog[],
): Promise<{ readonly library: DialogLibrary; readonly set: DialogSet }> {
  const library = await import('botbuilder-dialogs');
  const set = new library.DialogSet();
  for (const dialog of dialogs) set.add(dialog.make(library));
  return { library, set };
}

const leaseMs = 3_000;
/** Longer than any turn. After that, compare-and-set alone protects the state. */
const maxWaitMs = 5_000;
const lookEachMs = 25;

/**
 * Runs work for a person after their earlier work has ended, here and on the instances that share the leases. Otherwise, two turns of one person
 * could continue from the same question.
 */
function createPersonTurns(leases: Leases | undefined) {
  const queues = new Map<string, Promise<unknown>>();

  /** The queue covers only this process; another instance may be handling a turn of the same person. */
  async function aloneEverywhere<T>(personId: string, work: () => Promise<T>): Promise<T> {
    if (!leases) return work();
    let result: { readonly value: T } | undefined;
    for (let waitedMs = 0; waitedMs < maxWaitMs; waitedMs += lookEachMs) {
      const outcome = await leases.withLease(`dialog/${personId}`, leaseMs, async () => {
        result = { value: await work() };
      });
      if (outcome === 'done' && result) return result.value;
      await new Promise((resolve) => setTimeout(resolve, lookEachMs));
    }
    return work();
  }

  return <T>(personId: string, work: () => Promise<T>): Promise<T> => {
    const alone = (): Promise<T> => aloneEverywhere(personId, work);
    const result = (queues.get(personId) ?? Promise.resolve()).then(alone, alone);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    queues.set(personId, settled);
    void settled.then(() => queues.get(personId) === settled && queues.delete(personId));
    return result;
  };
}
