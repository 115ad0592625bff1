import { CloudAdapter } from 'botbuilder';
import type { Activity, ConversationReference, InvokeResponse, TurnContext } from 'botbuilder';
import { z } from 'zod';
import type { Clock } from '../../../core/time/clock';
import type { Logger } from '../../../core/telemetry/logger';
import { createSparingLog } from '../../../core/telemetry/sparing-log';
import type { SparingLog } from '../../../core/telemetry/sparing-log';
import { botIdentity } from '../auth/authentication';
import type { TeamsAuthentication } from '../auth/authentication';
import { Unauthorized } from '../auth/token-check';
import type { Person } from '../../contract';
import { placeIdOf } from './inbound';
import type { NotServed } from './inbound';
import type { Roster } from '../directory/roster';

/** The Bot Framework's adapter behind one call that answers every request and never rejects. */

/** As much of an HTTP request as is needed. `body` is parsed JSON. */
export interface ActivityRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

export interface ActivityAnswer {
  readonly status: number;
  readonly body?: unknown;
}

type TurnLogic = (context: TurnContext) => Promise<InvokeResponse | undefined>;

export class TeamsAdapter extends CloudAdapter {
  private readonly sparingly: SparingLog;

  constructor(
    authentication: TeamsAuthentication,
    private readonly appId: string,
    private readonly logger: Logger,
    clock: Clock,
  ) {
    super(authentication);
    this.sparingly = createSparingLog(clock);
  }

  /** One activity, authenticated and handled. */
  async receive({ headers, body }: ActivityRequest, logic: TurnLogic): Promise<ActivityAnswer> {
    if (!isActivity(body)) return { status: 400, body: { error: 'This is not an activity.' } };
    const authorization = headers['authorization'];
    let answer: InvokeResponse | undefined;
    try {
      await this.processActivity(typeof authorization === 'string' ? authorization : '', body, async (context) => {
        answer = await logic(context);
      });
      return { status: answer?.status ?? 200, body: answer?.body as unknown };
    } catch (error) {
      if (error instanceof Unauthorized) {
        this.logRefusal(error);
        return { status: 401, body: { error: 'Unauthorized.' } };
      }
      this.logger.error({ error, type: body.type }, 'An activity could not be handled');
      return { status: 500, body: { error: 'The activity could not be handled.' } };
    }
  }

  /** Whoever finds the address can cause these, as many as they like. */
  private logRefusal({ message: reason, cause }: Unauthorized): void {
    const { code = '' } = (cause ?? {}) as { code?: unknown };
    this.sparingly.say(`${reason} ${String(code)}`, (leftOut) =>
      this.logger.warn({ reason, cause: String(cause ?? '').slice(0, 200), leftOut }, 'An activity was not let in'),
    );
  }

  /** A turn that Gavel begins itself, in a conversation it knows. */
  async continueIn(reference: Partial<ConversationReference>, logic: (context: TurnContext) => Promise<void>) {
    await this.continueConversationAsync(botIdentity(this.appId), reference, this.appId, logic);
  }
}

/** The form that every activity of Teams has. Whatever has another is refused before any work, so that all behind it may rely on it. */

const words = z.string().nullish();
/** Ids become parts of addresses. */
const id = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u);
const named = z.looseObject({ id: words, name: words }).nullish();
const idOrNone = id.or(z.literal('')).nullish();
const members = z.array(z.looseObject({ id: words })).nullish();

const ActivityForm = z.looseObject({
  type: z.string().min(1).max(100),
  id: idOrNone,
  channelId: words,
  serviceUrl: z.string().max(1_000),
  conversation: z.looseObject({ id, name: words, conversationType: words, tenantId: words }),
  recipient: z.looseObject({ id, name: words }),
  from: z.looseObject({ id, name: words, aadObjectId: words }).optional(),
  channelData: z
    .looseObject({ tenant: z.looseObject({ id: words }).nullish(), team: named, channel: named, eventType: words })
    .nullish(),
  text: words,
  name: words,
  action: words,
  replyToId: idOrNone,
  deliveryMode: words,
  membersAdded: members,
  membersRemoved: members,
  entities: z.array(z.unknown()).nullish(),
});

/** What the client wrote, `value`, may still be anything. */
function isActivity(body: unknown): body is Activity {
  try {
    return ActivityForm.safeParse(body).success;
  } catch {
    // zod compares the `length` of whatever stands where a string should be, and there are things that can't be compared.
    return false;
  }
}

/** Guests, and members of other organizations in shared channels, have an identity too: only the roster tells them from members. */
interface Admission {
  /** Why this person is not served; undefined when they are. */
  refusal(activity: Activity, tenantId: string, person: Person): Promise<NotServed | undefined>;
}

export function createAdmission(options: {
  readonly roster: Pick<Roster, 'member'>;
  readonly isKnown?: (personId: string) => Promise<boolean>;
  readonly guests?: boolean;
}): Admission {
  const { roster, isKnown, guests = false } = options;
  return {
    async refusal({ conversation, from, recipient, serviceUrl }, tenantId, { id }) {
      // Whoever is named by the catalog or by a grant has been let in by name, and costs no look.
      if (guests || !isKnown || (await isKnown(id))) return undefined;
      try {
        const place = { tenantId, serviceUrl, botId: recipient.id };
        const member = await roster.member(placeIdOf(conversation.id), from.id, place);
        return member?.personId === id && !member.isGuest ? undefined : 'guest';
      } catch {
        return 'unsure';
      }
    },
  };
}
