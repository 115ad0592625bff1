import { CloudAdapter } from 'botbuilder';
import type { ConversationReference, InvokeResponse, TurnContext } from 'botbuilder';
import type { Clock } from '../../../core/time/clock';
import type { Logger } from '../../../core/telemetry/logger';
import { createSparingLog } from '../../../core/telemetry/sparing-log';
import type { SparingLog } from '../../../core/telemetry/sparing-log';
import { isActivity } from './activity-form';
import { botIdentity } from '../auth/authentication';
import type { TeamsAuthentication } from '../auth/authentication';
import { Unauthorized } from '../auth/token-check';

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
