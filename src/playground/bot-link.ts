import type { Activity } from './activities';

/** How the playground hands an activity to the bot, as Teams does: 15 s at most. */

export interface BotDelivery {
  /** 0 when the bot could not be reached or did not answer in time. */
  readonly status: number;
  readonly body: unknown;
}

export interface BotLink {
  deliver(activity: Activity): Promise<BotDelivery>;
}

/** After that a click shows that the bot can't be reached, as in Teams. */
const answerLimitMs = 15_000;

export function createBotLink(botUrl: string): BotLink {
  return {
    async deliver(activity) {
      try {
        const response = await fetch(botUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify(activity),
          signal: AbortSignal.timeout(answerLimitMs),
        });
        const text = await response.text();
        return { status: response.status, body: text ? parse(text) : undefined };
      } catch {
        return { status: 0, body: undefined };
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
