import { CloudAdapter } from 'botbuilder';
import type { Activity, ConversationAccount, InvokeResponse, TurnContext } from 'botbuilder';
import type { ForegroundGate } from '../../core/concurrency';
import { UserError } from '../../core/errors';
import { idFrom, newId, newReference } from '../../core/keys';
import { createSparingLog } from '../../core/telemetry/logger';
import type { Logger, SparingLog } from '../../core/telemetry/logger';
import type { AuditLog } from '../../store/contract';
import { dialogTurn } from '../contract';
import type { Person, Place, Reply, Turn } from '../contract';
import type { Inbox } from '../inbox';
import type { Dialogs } from '../inbox/dialogs';
import type { RunningOutbox } from '../outbox';
import type { Router } from '../router';
import { describeFailure } from '../router/sentences';
import type { WarnAboutSecret } from '../router/sentences';
import { SendError } from '../sender';
import { botIdentity, TeamsAuthentication } from './auth/authentication';
import { createTokenCheck, Unauthorized } from './auth/token-check';
import type { TeamsConnection } from './connection';
import { createArrivals } from './in/arrivals';
import { createFileConsents } from './in/files';
import { createClicks, invokeAnswer } from './in/clicks';
import { orderIn } from './in/dialog-answers';
import {
  isActivity,
  personFromActivity,
  placeFromActivity,
  placeIdOf,
  presenceIn,
  tenantOf,
  threadOf,
} from './in/inbound';
import type { NotServed } from './in/inbound';
import { createMessageHandler, textForBot } from './in/messages';
import { createQuestions } from './in/questions';
import { createRefusals } from './in/refusals';
import { createReplies } from './out/replies';

export interface TeamsBotOptions {
  readonly connection: TeamsConnection;
  readonly router: Router;
  readonly dialogs: Dialogs;
  readonly inbox: Inbox;
  /** Whether the configuration names this person. Everybody else is looked up, because guests aren't served. By default, everybody is named. */
  readonly isKnown?: (personId: string) => Promise<boolean>;
  /** Whether guests and members of other organizations are served like everybody else. */
  readonly guests?: boolean;
  readonly outbox: Pick<
    RunningOutbox,
    | 'reportSeen'
    | 'remember'
    | 'handOver'
    | 'reportReached'
    | 'keepPosted'
    | 'keepWaiting'
    | 'keepClicked'
    | 'keepsCurrent'
  >;
  /** Tells somebody that their answer contained a secret, which was masked. */
  readonly warnAboutSecret?: WarnAboutSecret;
  /** Records where Gavel was removed. */
  readonly audit?: Pick<AuditLog, 'append'>;
  /** What a place or person sees once, when Gavel is added. */
  readonly welcome?: (turn: Turn) => Promise<Reply>;
  /** A click is answered within this time, with its result or with "still working"; 1800 by default. */
  readonly answerWithinMs?: number;
  /** Knows that somebody is waiting while an activity is handled. */
  readonly foreground?: Pick<ForegroundGate, 'enter'>;
}

/** Handles activities from Teams: first who it is, then what they want. */
export function createTeamsBot(options: TeamsBotOptions) {
  const { connection, inbox, foreground } = options;
  const { registration, clock, logger, allowedTenants, openIdUrl } = connection.options;
  const appId = registration?.appId ?? '';
  const tokens = registration ? createTokenCheck({ appId, clock, logger, openIdUrl }) : undefined;
  const authentication = new TeamsAuthentication({ appId, tokens, rule: connection.rule, client: connection.client });
  const adapter = new TeamsAdapter(authentication);
  const sparingly = createSparingLog(clock);
  const { later, idle } = createBackground(logger);
  const parts = { ...options, logger, later, turnOf: createTurnMaker(options, adapter, appId) };
  const replies = createReplies(parts);
  const refusals = createRefusals(connection, later);
  const messages = createMessageHandler({ ...parts, replies });
  const arrivals = createArrivals({ ...parts, replies });
  const clicks = createClicks({ ...parts, replies });
  const files = createFileConsents({ ...parts, replies });
  const questions = createQuestions({ ...parts, replies });

  /** Errors outside a turn, such as a store that doesn't answer, still get a sentence. */
  async function handle(context: TurnContext): Promise<InvokeResponse | undefined> {
    const { activity } = context;
    try {
      return await serve(context);
    } catch (error) {
      const reference = newReference();
      const { sentence } = describeFailure(error, reference);
      logger.error({ error, reference, type: activity.type }, 'An activity could not be handled');
      if (activity.type === 'invoke') return invokeAnswer(activity.name, sentence);
      if (activity.type === 'message') later(refusals.answerDirectly(activity, sentence), 'tell of a failure');
      return undefined;
    }
  }

  async function serve(context: TurnContext): Promise<InvokeResponse | undefined> {
    const { activity } = context;
    const [isInvoke, isMessage, isEdit] = ['invoke', 'message', 'messageUpdate'].map((type) => activity.type === type);
    // Gavel ignores what people say to each other, whoever they are.
    if ((isMessage || isEdit) && !isForBot(activity)) return undefined;
    const person = personFromActivity(activity, allowedTenants);
    if (typeof person === 'string' && (isInvoke || isMessage)) return refusals.refuse(activity, person);
    const tenant = tenantOf(activity, allowedTenants);
    if (tenant === undefined) return undefined;
    if (typeof person !== 'string' && (isInvoke || isMessage || isEdit || isAlone(activity))) {
      const stranger = await strangerIn(options, activity, tenant, person);
      if (stranger && isEdit) return undefined;
      if (stranger) return refusals.refuse(activity, stranger);
    }
    const presence = presenceIn(activity);
    const actor = typeof person === 'string' ? { id: `entra:${tenant}/unknown`, name: '' } : person;
    if (presence?.is === 'gone') return void (await arrivals.onRemoved(actor, presence));
    await connection.places.remember(activity, tenant);
    if (presence) return void (await arrivals.onAdded(activity, actor, presence));
    if (activity.type === 'conversationUpdate') return connection.places.learnName(activity).then(() => undefined);
    if (typeof person === 'string') return undefined;
    if (isInvoke && activity.name === 'fileConsent/invoke') return files.onInvoke(activity, person);
    if (isInvoke) return (isAboutDialog(activity) ? questions : clicks).onInvoke(activity, person);
    const isClick = isMessage && isSubmitted(activity);
    const order = isClick ? orderIn(activity.value) : undefined;
    if (order?.opens) await questions.onMessage(activity, person, order);
    else if (isClick) await clicks.onSubmit(activity, person);
    else if (isMessage) await messages.onMessage(context, person);
    if (isEdit) await messages.onEdit(context, person);
    return undefined;
  }

  return {
    /** Answers one request of `/api/messages` with this parsed body; never rejects. */
    async process(authorization: string, body: unknown): Promise<{ readonly status: number; readonly body?: unknown }> {
      if (!isActivity(body)) return { status: 400, body: { error: 'The request isn’t a Bot Framework activity.' } };
      const leave = foreground?.enter();
      let answer: InvokeResponse | undefined;
      try {
        await adapter.receive(authorization, body, async (context) => void (answer = await handle(context)));
        return { status: answer?.status ?? 200, body: answer?.body as unknown };
      } catch (error) {
        if (error instanceof Unauthorized) return refuseEntry(error, sparingly, logger);
        logger.error({ error, type: body.type }, 'An activity could not be handled');
        return { status: 500, body: { error: 'Gavel couldn’t handle this activity. Gavel’s log shows why.' } };
      } finally {
        leave?.();
      }
    },
    /** Resolves when all work that continues after an answer has ended. */
    async idle(): Promise<void> {
      await idle();
      await inbox.idle();
    },
  };
}

/** The Bot Framework's adapter with its authentication and sender replaced. */
class TeamsAdapter extends CloudAdapter {
  receive(authorization: string, activity: Activity, logic: (context: TurnContext) => Promise<void>): Promise<unknown> {
    return this.processActivity(authorization, activity, logic);
  }
}

/** Anybody who finds the address can cause these, in any number. */
function refuseEntry({ message: reason, cause }: Unauthorized, sparingly: SparingLog, logger: Logger) {
  const { code = '' } = (cause ?? {}) as { code?: unknown };
  sparingly.say(`${reason} ${String(code)}`, (leftOut) =>
    logger.warn({ reason, cause: String(cause ?? '').slice(0, 200), leftOut }, 'An activity was refused'),
  );
  return { status: 401, body: { error: 'Unauthorized.' } };
}

/** In a personal chat, by a button of an old client, or by mention. */
function isForBot(activity: Activity): boolean {
  return (
    placeFromActivity(activity).kind === 'personal' || activity.value !== undefined || textForBot(activity).mentioned
  );
}

/** Why this person isn't served; undefined if they are. Only the roster distinguishes guests and members of other organizations from members. */
async function strangerIn(
  { connection, isKnown, guests = false }: TeamsBotOptions,
  { conversation, from, recipient, serviceUrl }: Activity,
  tenantId: string,
  { id }: Person,
): Promise<NotServed | undefined> {
  // People whom the catalog or a grant names are admitted by name, without a lookup.
  if (guests || !isKnown || (await isKnown(id))) return undefined;
  try {
    const place = { tenantId, serviceUrl, botId: recipient.id };
    const member = await connection.roster.member(placeIdOf(conversation.id), from.id, place);
    return member?.personId === id && !member.isGuest ? undefined : 'guest';
  } catch {
    return 'unsure';
  }
}

/** Somebody adds Gavel for themselves. */
function isAlone(activity: Activity): boolean {
  const isAdded = activity.type === 'installationUpdate' && activity.action?.startsWith('add') === true;
  const isBegun = activity.type === 'conversationUpdate' && (activity.membersAdded ?? []).length > 0;
  return (isAdded || isBegun) && placeFromActivity(activity).kind === 'personal';
}

/** A button that opens a dialog, or one in it. */
function isAboutDialog({ name }: Activity): boolean {
  return name === 'task/fetch' || name === 'task/submit';
}

/** A button of an old client: its verb arrives as the value of a message. */
function isSubmitted({ value }: Activity): boolean {
  return typeof value === 'object' && value !== null && 'verb' in value;
}

/** Makes the turn of an activity: what a feature needs to know, without anything of Teams. */
export type TurnOf = (activity: Activity, person: Person, trigger: Turn['trigger']) => Promise<Turn>;

function createTurnMaker({ connection, dialogs }: TeamsBotOptions, adapter: TeamsAdapter, appId: string): TurnOf {
  async function beginPrivately(turn: Turn, dialogId: string): Promise<void> {
    const { person } = turn;
    const { conversationId, person: known } = await connection.sender.personalChat(person.id).catch(unreachable);
    const reference = {
      channelId: 'msteams',
      serviceUrl: known.serviceUrl,
      bot: { id: known.botId, name: 'Gavel' },
      user: { id: known.teamsId, name: known.name },
      conversation: {
        id: conversationId,
        isGroup: false,
        conversationType: 'personal',
        tenantId: known.tenantId,
        // Teams doesn't name personal chats, and neither does this.
      } as ConversationAccount,
    };
    const place = { id: conversationId, kind: 'personal', name: 'personal chat' } as const;
    await adapter.continueConversationAsync(botIdentity(appId), reference, appId, (context) => {
      context.turnState.set(dialogTurn, { ...turn, place, thread: undefined });
      return dialogs.begin(context, person.id, dialogId);
    });
  }

  return async (activity, person, trigger) => {
    const place = await connection.places.placeOf(activity);
    // The same delivery twice is one turn in the log and in the audit log.
    const correlationId = activity.id ? idFrom('activity', place.id, activity.id) : newId();
    const turn: Turn = {
      correlationId,
      // The reference on cards leads to these lines of the log.
      reference: correlationId.slice(0, 8),
      receivedAt: connection.options.clock.now(),
      person,
      place,
      thread: threadIn(place, activity),
      trigger,
      begin: (dialogId) => beginPrivately(turn, dialogId),
    };
    return turn;
  };
}

/** The thread of the message. In a group chat with threads, the id names them; in a channel, each message begins one. */
function threadIn({ kind }: Place, activity: Activity): string | undefined {
  if (kind === 'personal') return undefined;
  const named = threadOf(activity.conversation.id);
  return kind === 'channel' ? (named ?? ownThread(activity)) : named;
}

/** A message that begins a thread is its root. */
function ownThread({ type, id, value }: Activity): string | undefined {
  return (type === 'message' || type === 'messageUpdate') && value === undefined ? id : undefined;
}

function unreachable(error: unknown): never {
  if (!(error instanceof SendError) || error.kind !== 'gone') throw error;
  throw new UserError('I can’t reach you in a personal chat. Open a chat with me, say hello, and try again.');
}

/** For work that nobody has to wait for; a failure is logged and does no harm. */
export type Later = (work: Promise<unknown>, what: string) => void;

function createBackground(logger: Logger): { readonly later: Later; idle(): Promise<void> } {
  const underway = new Set<Promise<unknown>>();
  return {
    later(work, what) {
      const task = work.catch((error: unknown) => logger.error({ error, what }, 'Work after an answer failed'));
      underway.add(task);
      void task.finally(() => underway.delete(task));
    },
    async idle() {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
