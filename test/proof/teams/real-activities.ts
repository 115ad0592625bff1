import {
  cardActionActivity,
  installationActivities,
  messageActivity,
  submitActivity,
  taskActivity,
} from '../../../src/playground/activities';
import type { Activity, MentionStyle } from '../../../src/playground/activities';
import type { SampleConversation, SamplePerson } from '../../../src/playground/world';
import { filesBelow, textOf } from '../../rules/source-files';
import type { Random } from '../random';

/** Activities of every kind, as Teams posts them. */

const lines = [
  'help',
  'deploy s1 1.0.1 to production',
  'rollback s1 in production',
  'restart s1 in production because "it hangs"',
  'where s1',
  'approvals',
  'approve D-1',
  'reject D-1 because of the tests',
  'cancel D-1',
  'health s1 in production',
  'audit yesterday',
  'announce s1',
  'onboarding',
  'settings',
  'cancel',
  'log D-1',
];

export interface Surroundings {
  readonly serviceUrl: string;
  readonly people: readonly SamplePerson[];
  readonly conversations: readonly SampleConversation[];
  /** Ids of cards and records that really exist. */
  readonly ids: readonly string[];
}

/** Every verb of any feature. */
export const verbs: readonly string[] = [
  ...new Set(
    filesBelow('src/features', '.ts').flatMap((path) =>
      [...textOf(path).matchAll(/'([a-z]+\.[a-z-]+)'/g)].map(([, verb = '']) => verb),
    ),
  ),
  'chat.run',
  'chat.choose',
].sort();

export function realActivity(random: Random, { serviceUrl, people, conversations, ids }: Surroundings): Activity {
  const conversation = random.pick(conversations);
  const person = random.pick(people);
  const origin = { serviceUrl, person, conversation, root: random.chance(0.5) ? '1700000000001' : undefined };
  const base = (type: string, more: object): Activity => ({
    ...messageActivity(origin, '', 'none'),
    text: undefined,
    attachments: undefined,
    type,
    ...more,
  });
  const data = (): object => ({
    id: random.pick(ids),
    ...(random.chance(0.5) ? { reason: 'because', note: 'well done', service: 's1', release: '1.0.1' } : {}),
    ...(random.chance(0.3) ? { environment: 'production' } : {}),
  });
  const mention = (): MentionStyle => random.pick(['normal', 'normal', 'split', 'tag', 'none']);
  const click = (): Activity =>
    cardActionActivity(
      origin,
      random.pick(ids),
      { verb: random.pick(verbs), data: data() },
      random.chance(0.2) ? 'automatic' : 'manual',
    );
  const bot = { id: '28:gavel', name: 'Gavel' };
  const kinds: (() => Activity)[] = [
    () => messageActivity(origin, random.pick(lines), mention()),
    click,
    click,
    click,
    click,
    click,
    () => submitActivity(origin, random.pick(ids), { verb: random.pick(verbs), ...data() }),
    () => taskActivity(origin, random.pick(['task/fetch', 'task/submit']), random.pick(ids), data()),
    () => random.pick(installationActivities(origin, random.chance(0.5))),
    () => base('conversationUpdate', { membersAdded: [{ id: person.id, aadObjectId: person.aadObjectId }] }),
    () => base('conversationUpdate', { membersRemoved: [bot], channelData: { eventType: 'channelRenamed' } }),
    () => base('messageReaction', { reactionsAdded: [{ type: 'like' }], replyToId: random.pick(ids) }),
    () => base('typing', {}),
    () => base('messageUpdate', { text: 'deploy s1', channelData: { eventType: 'editMessage' } }),
    () => base('messageDelete', { channelData: { eventType: 'softDeleteMessage' } }),
    () => base('endOfConversation', { code: 'completedSuccessfully' }),
    () => base('event', { name: 'application/vnd.microsoft.readReceipt', value: { lastReadMessageId: '1' } }),
    () => base('invoke', { name: 'signin/verifyState', value: { state: '123456' } }),
    () => base('invoke', { name: 'composeExtension/query', value: { commandId: 'x', parameters: [] } }),
    () => base('invoke', { name: 'application/search', value: { queryText: 'x', kind: 'search' } }),
    () => base('invoke', { name: 'message/submitAction', value: { actionName: 'feedback', actionValue: {} } }),
    () => base('invoke', { name: 'fileConsent/invoke', value: { action: 'accept', uploadInfo: {} } }),
  ];
  return random.pick(kinds)();
}
