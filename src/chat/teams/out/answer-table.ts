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
    because: 'Teams returns 202 without an ID when it splits a message. The message is delivered anyway.',
    report: 'https://github.com/MicrosoftDocs/bot-docs/issues/2263',
  },
  {
    statuses: [429],
    meaning: 'retry',
    because: 'Too many requests: Teams rejected this one before doing anything.',
    report: 'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit',
  },
  {
    statuses: [412],
    meaning: 'retry',
    because: '“Precondition failed, please try again”: two operations ran on one conversation at the same time.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/200',
  },
  {
    statuses: [401],
    meaning: 'retry',
    because:
      'Teams rejected the token. The next call uses a new one. BotNotRegistered means someone has to register the bot.',
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
    because: 'The connection failed. Nothing was sent.',
    report: 'https://nodejs.org/api/errors.html#common-system-errors',
  },
  {
    operations: posts,
    statuses: [502],
    meaning: 'unclear',
    because: 'A gateway lost the response. Sometimes the message arrives anyway, and sometimes it’s dropped.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/298',
  },
  {
    operations: posts,
    statuses: ['no answer', 'broke off', 408, 504],
    meaning: 'unclear',
    because: 'The response was lost, but the message may have arrived. Teams can’t detect duplicates.',
    report: 'https://github.com/openclaw/openclaw/pull/125127',
  },
  {
    operations: posts,
    statuses: ['5xx'],
    meaning: 'unclear',
    because: 'Teams can fail after it has accepted the message.',
    report: 'https://github.com/openclaw/openclaw/pull/121116',
  },
  {
    statuses: [408, '5xx', 'broke off', 'no answer'],
    meaning: 'retry',
    because: 'Editing, reading, showing a typing indicator, and opening a chat are safe to retry.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/pull/6335',
  },
  {
    operations: edits,
    statuses: [403, 404, 410],
    meaning: 'gone',
    because:
      'An edit of a deleted message fails with 403 ServiceError, 404 ActivityNotFoundInConversation, or 404 ConversationNotFound.',
    report: 'https://github.com/microsoft/BotFramework-Services/issues/269',
  },
  {
    operations: ['reply'],
    statuses: [403, 404, 410],
    meaning: 'thread gone',
    because:
      'Teams returns ConversationNotFound if a thread no longer exists. Only a new post to the channel shows whether the channel is gone, too.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/issues/1697',
  },
  {
    operations: lookups,
    statuses: [403, 404, 410],
    meaning: 'gone',
    because: 'The person has left or has blocked Gavel.',
    report: 'https://github.com/OfficeDev/microsoft-teams-library-js/issues/2009',
  },
  {
    statuses: [403, 404, 410],
    meaning: 'place closed',
    because:
      'BotNotInConversationRoster, BotDisabledByAdmin, ConversationBlockedByUser, ConversationNotFound: Gavel can’t post there until someone adds, enables, or unblocks it.',
    report: 'https://github.com/MicrosoftDocs/msteams-docs/pull/6335',
  },
  {
    statuses: ['4xx'],
    codes: ['MessageSizeTooBig'],
    meaning: 'too large',
    because: 'Go by the error code. The HTTP status varies, and so does the limit in the error text: 40 KB or 100 KB.',
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
    because: 'A 400 means the request itself is wrong. Gavel doesn’t follow redirects.',
    report: 'https://github.com/microsoft/botframework-sdk/issues/4860',
  },
];
