import type { BrokenCall } from './connector-client';

/**
 * What each answer from Teams means. One table for every call; the first row that matches counts, and each row names the public report it comes from.
 * Pure: the caller decides what to do about it.
 */

/** What Teams was asked to do. `reply` is a post into a thread, `read` is any GET. */
export type TeamsOperation = 'create' | 'reply' | 'update' | 'delete' | 'typing' | 'createConversation' | 'read';

export interface TeamsAnswer {
  readonly operation: TeamsOperation;
  readonly status: number | BrokenCall;
  /** `error.code` of the body; empty if there is none. */
  readonly code: string;
}

/**
 * `delivered`: the message is there. `retry`: nothing was accepted, and the same call can succeed later. `unclear`: the post may or may not be there.
 * `gone`: this message, person or member doesn't exist; says nothing about the place. `thread gone`: the thread doesn't exist, the place may be fine.
 * `place closed`: nothing can be posted there until somebody lets Gavel in. `too large` and `refused`: not with this content.
 */
export type Meaning =
  'delivered' | 'retry' | 'unclear' | 'gone' | 'thread gone' | 'place closed' | 'too large' | 'refused';

export interface AnswerRow {
  /** Any operation if omitted. */
  readonly operations?: readonly TeamsOperation[];
  readonly statuses: readonly (number | BrokenCall | '2xx' | '4xx' | '5xx' | 'any')[];
  /** Any code if omitted. */
  readonly codes?: readonly string[];
  readonly meaning: Meaning;
  readonly because: string;
  /** Where somebody reported it or Microsoft documents it. */
  readonly report: string;
}

const posts = ['create', 'reply'] as const;
const edits = ['update', 'delete'] as const;
const lookups = ['createConversation', 'read'] as const;

export const answerTable: readonly AnswerRow[] = [
  {
    statuses: ['2xx'],
    meaning: 'delivered',
    because: 'Teams answers 202 without an id where it splits a message. The message is there all the same.',
    report: 'https://github.com/MicrosoftDocs/bot-docs/issues/2263',
  },
  {
    statuses: [429],
    meaning: 'retry',
    because: 'Too many requests: turned away before anything was done.',
    report: 'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit',
  },
  {
    statuses: [412],
    meaning: 'retry',
    because: '“Precondition failed, please try again”: two operations on one conversation at once.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/200',
  },
  {
    statuses: [401],
    meaning: 'retry',
    because:
      'The token wasn’t accepted. The next call brings a new one; BotNotRegistered ends once somebody registers the bot.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/pull/6335',
  },
  {
    statuses: [503],
    meaning: 'retry',
    because: '“Currently unable to handle the request”: Teams rejected it before accepting anything.',
    report: 'https://github.com/microsoft/botframework-sdk/issues/955',
  },
  {
    statuses: ['never connected'],
    meaning: 'retry',
    because: 'There was no connection. Nothing was sent.',
    report: 'https://nodejs.org/api/errors.html#common-system-errors',
  },
  {
    operations: posts,
    statuses: [502],
    meaning: 'unclear',
    because: 'A gateway lost the answer. Messages were seen to arrive with it, and to be dropped with it.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/298',
  },
  {
    operations: posts,
    statuses: ['no answer', 'broke off', 408, 504],
    meaning: 'unclear',
    because:
      'The answer is missing, not necessarily the message: a post has no key that would let Teams recognize a repeat.',
    report: 'https://github.com/openclaw/openclaw/pull/125127',
  },
  {
    operations: posts,
    statuses: ['5xx'],
    meaning: 'unclear',
    because: 'A fault inside Teams can happen after it accepted the message.',
    report: 'https://github.com/openclaw/openclaw/pull/121116',
  },
  {
    statuses: [408, '5xx', 'broke off', 'no answer'],
    meaning: 'retry',
    because: 'An edit, a read, a typing sign or opening a chat can be repeated without harm.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/pull/6335',
  },
  {
    operations: edits,
    statuses: [403, 404, 410],
    meaning: 'gone',
    because:
      'Editing a message that somebody deleted was seen to answer 403 ServiceError, 404 ActivityNotFoundInConversation and 404 ConversationNotFound.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/269',
  },
  {
    operations: ['reply'],
    statuses: [403, 404, 410],
    meaning: 'thread gone',
    because:
      'A thread that is no longer available was seen to answer ConversationNotFound. Whether the place is closed shows at its top level.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/issues/1697',
  },
  {
    operations: lookups,
    statuses: [403, 404, 410],
    meaning: 'gone',
    because: 'The person isn’t there or has blocked Gavel.',
    report: 'https://github.com/OfficeDev/microsoft-teams-library-js/issues/2009',
  },
  {
    statuses: [403, 404, 410],
    meaning: 'place closed',
    because:
      'BotNotInConversationRoster, BotDisabledByAdmin, ConversationBlockedByUser, ConversationNotFound: Gavel can’t post there until somebody adds it again.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/pull/6335',
  },
  {
    statuses: ['4xx'],
    codes: ['MessageSizeTooBig'],
    meaning: 'too large',
    because: 'The code says it, whatever the status: older texts name 40 KB, newer ones 100 KB.',
    report: 'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages',
  },
  {
    statuses: [413],
    meaning: 'too large',
    because: 'The request entity is too large.',
    report: 'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages',
  },
  {
    statuses: ['any'],
    meaning: 'refused',
    because: 'A 400 means that the request itself is wrong, and Gavel doesn’t follow redirects.',
    report: 'https://github.com/microsoft/botframework-sdk/issues/4860',
  },
];
