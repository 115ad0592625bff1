import type { BotConnector, Misbehavior } from '../teams/bot-connector';

/** How the Bot Connector fails, and how its ledger is compared with the store. */

export type Outage = '502' | '503' | '504' | 'reset' | 'refused' | 'hang' | '429' | '412';
export const outages: readonly Outage[] = ['502', '503', '504', 'reset', 'refused', 'hang', '429', '412'];

/** Every post and edit fails like this from now on. */
export async function begin(connector: BotConnector, outage: Misbehavior | 'refused'): Promise<void> {
  if (outage === 'refused') await connector.goAway();
  else connector.mood = ({ method }) => (method === 'GET' ? undefined : outage);
}

export async function end(connector: BotConnector, outage: Misbehavior | 'refused'): Promise<void> {
  connector.mood = () => undefined;
  if (outage === 'refused') await connector.comeBack();
}

/** What happened to the messages of one outage. */
export interface Losses {
  /** Shown according to the store, but not there; or still being delivered; or there in an older state. */
  readonly lost: readonly string[];
  /** There, but without a record. */
  readonly doubled: readonly string[];
  /** Posts whose outcome was unknown, so that they were repeated once. */
  readonly unclear: number;
}

export const noLosses: Losses = { lost: [], doubled: [], unclear: 0 };
