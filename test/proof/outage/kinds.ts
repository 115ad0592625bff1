import type { BotConnector, Misbehavior } from '../teams/bot-connector';

/** How the Bot Connector is away, and how its ledger is held against the store. */

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

/** What became of the messages of one outage. */
export interface Losses {
  /** In the store as shown, and not there; or still on their way; or there in an older state. */
  readonly lost: readonly string[];
  /** There, and nobody knows them. */
  readonly doubled: readonly string[];
  /** Posts whose outcome was unknown, so that they were repeated once. */
  readonly unclear: number;
}

export const noLosses: Losses = { lost: [], doubled: [], unclear: 0 };
