import type { Activity } from 'botbuilder';
import { z } from 'zod';

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
export function isActivity(body: unknown): body is Activity {
  return ActivityForm.safeParse(body).success;
}
