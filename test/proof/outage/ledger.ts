import { messageCollection } from '../../../src/chat/outbox/record';
import type { MessageRecord } from '../../../src/chat/outbox/record';
import { summaryOf } from '../../../src/chat/sender';
import type { Store } from '../../../src/store/contract';
import { everyRecord } from '../../store/every-record';
import type { BotConnector } from '../teams/bot-connector';
import type { Losses } from './kinds';

/** Compares what the store says people should see with what is really in the connector. `before`: what was there when the outage began. */
export async function compare(store: Store, connector: BotConnector, before: ReadonlySet<string>): Promise<Losses> {
  const records = await everyRecord(store, messageCollection);
  const lost: string[] = [];
  const known = new Set<string>();
  let unclear = 0;
  for (const { id, value } of records) {
    unclear += value.ambiguous;
    const stands = value.posted && connector.messages.get(value.posted.activityId);
    if (value.posted) known.add(value.posted.activityId);
    if (!stands) lost.push(`${id}: ${value.state}, not there (${value.error ?? 'no error'})`);
    else if (value.dueAt !== undefined || value.shownRevision !== value.revision) lost.push(`${id}: still on its way`);
    else if (!showing(stands.activity, value)) lost.push(`${id}: an older state is shown`);
  }
  const replies = store.collection<object>({ name: 'replies', schema: 1, indexes: {}, queries: [] });
  const doubled: string[] = [];
  for (const { id, placeId, activity } of connector.messages.values())
    if (!before.has(id) && !known.has(id) && !(await replies.get(`${placeId} ${id}`)))
      doubled.push(String(activity['summary'] ?? activity['text']));
  return { lost, doubled, unclear };
}

/** Whether nothing is waiting anymore. */
export async function isQuiet(store: Store): Promise<boolean> {
  return (await store.collection(messageCollection).find({ orderBy: 'dueAt', limit: 1 })).items.length === 0;
}

function showing(activity: Readonly<Record<string, unknown>>, { content }: MessageRecord): boolean {
  if ('text' in content) return typeof activity['text'] === 'string';
  return activity['summary'] === summaryOf(content);
}
