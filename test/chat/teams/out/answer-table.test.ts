import assert from 'node:assert/strict';
import { answerTable } from '../../../../src/chat/teams/out/answer-table';
import type { Meaning, TeamsAnswer, TeamsOperation } from '../../../../src/chat/teams/out/answer-table';
import { operationOf, retryAfterMs, rowFor } from '../../../../src/chat/teams/out/connector-client';

const docs = 'https://github.com/MicrosoftDocs/msteams-docs';
const services = 'https://github.com/microsoft/BotFramework-Services/issues';

/** What was seen, by whom, and what it means. */
const seen: [TeamsOperation, TeamsAnswer['status'], string, Meaning, string][] = [
  [
    'create',
    201,
    '',
    'delivered',
    'https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference',
  ],
  ['create', 202, '', 'delivered', 'https://github.com/MicrosoftDocs/bot-docs/issues/2263'],
  ['create', 200, '', 'delivered', 'https://github.com/microsoft/botframework-sdk/issues/6155'],
  ['reply', 202, '', 'delivered', 'https://github.com/OfficeDev/BotBuilder-MicrosoftTeams/issues/125'],
  ['update', 200, '', 'delivered', `${services}/269`],
  ['create', 429, 'Throttled', 'retry', `${docs}/pull/6335`],
  ['update', 429, 'TooManyRequests', 'retry', `${docs}/pull/7175`],
  ['create', 412, 'PreconditionFailed', 'retry', `${services}/200`],
  ['update', 412, 'PreconditionFailed', 'retry', `${services}/200`],
  ['create', 401, 'BotNotRegistered', 'retry', `${docs}/pull/6335`],
  ['create', 503, '', 'retry', 'https://github.com/microsoft/botframework-sdk/issues/955'],
  ['reply', 503, 'ServiceUnavailable', 'retry', 'https://github.com/microsoft/botframework-sdk/issues/955'],
  ['create', 'never connected', '', 'retry', 'https://nodejs.org/api/errors.html#common-system-errors'],
  ['create', 502, 'ServiceError', 'unclear', `${services}/298`],
  ['reply', 502, '', 'unclear', 'https://github.com/microsoft/botframework-sdk/issues/4860'],
  ['create', 504, 'GatewayTimeout', 'unclear', 'https://github.com/openclaw/openclaw/pull/125127'],
  ['create', 500, 'ServiceError', 'unclear', 'https://github.com/openclaw/openclaw/pull/121116'],
  ['create', 408, '', 'unclear', 'https://github.com/openclaw/openclaw/pull/125127'],
  ['create', 'broke off', '', 'unclear', 'https://github.com/openclaw/openclaw/pull/125127'],
  ['reply', 'no answer', '', 'unclear', 'https://github.com/microsoft/botframework-sdk/issues/6601'],
  ['update', 502, '', 'retry', `${services}/176`],
  ['update', 'broke off', '', 'retry', `${docs}/pull/6335`],
  ['delete', 'no answer', '', 'retry', `${docs}/pull/6335`],
  ['typing', 502, '', 'retry', `${services}/194`],
  ['createConversation', 504, '', 'retry', `${docs}/pull/6335`],
  ['read', 500, '', 'retry', `${docs}/pull/6335`],
  ['update', 408, '', 'retry', `${docs}/pull/6335`],
  ['update', 403, 'ServiceError', 'gone', `${services}/269`],
  ['update', 404, 'ActivityNotFoundInConversation', 'gone', `${docs}/issues/6139`],
  ['update', 404, 'ConversationNotFound', 'gone', `${docs}/issues/9425`],
  ['delete', 404, 'ActivityNotFound', 'gone', `${services}/269`],
  ['reply', 404, 'ConversationNotFound', 'thread gone', `${docs}/issues/1697`],
  ['reply', 404, 'ActivityNotFoundInConversation', 'thread gone', `${docs}/issues/6139`],
  ['reply', 403, '', 'thread gone', `${docs}/issues/1697`],
  [
    'create',
    403,
    'BotNotInConversationRoster',
    'place closed',
    'https://github.com/OfficeDev/microsoft-teams-apps-company-communicator/issues/744',
  ],
  ['create', 403, 'BotDisabledByAdmin', 'place closed', `${services}/200`],
  ['create', 403, 'ConversationBlockedByUser', 'place closed', `${docs}/issues/10229`],
  ['create', 403, 'MessageWritesBlocked', 'place closed', `${docs}/pull/6356`],
  ['create', 404, 'ConversationNotFound', 'place closed', `${services}/220`],
  ['create', 404, '', 'place closed', `${services}/349`],
  [
    'createConversation',
    403,
    'ConversationBlockedByUser',
    'gone',
    'https://github.com/OfficeDev/microsoft-teams-library-js/issues/2009',
  ],
  [
    'read',
    404,
    'MemberNotFoundInConversation',
    'gone',
    'https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference',
  ],
  [
    'create',
    413,
    'MessageSizeTooBig',
    'too large',
    'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages',
  ],
  ['update', 413, '', 'too large', `${docs}/pull/6335`],
  [
    'create',
    400,
    'MessageSizeTooBig',
    'too large',
    'https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages',
  ],
  ['create', 400, 'BadArgument', 'refused', `${docs}/pull/6335`],
  ['update', 400, 'BadSyntax', 'refused', 'https://github.com/microsoft/botbuilder-dotnet/issues/4838'],
  ['create', 302, '', 'refused', 'https://github.com/Budibase/budibase/pull/19582'],
];

describe('the meaning of an answer from Teams', () => {
  for (const [operation, status, code, meaning, report] of seen)
    it(`${operation} answered ${status}${code === '' ? '' : ` ${code}`}: ${meaning} (${report})`, () => {
      assert.equal(rowFor({ operation, status, code }).meaning, meaning);
    });

  it('every row of the table matches something that was seen, and names a public report', () => {
    const met = new Set(seen.map(([operation, status, code]) => rowFor({ operation, status, code })));
    for (const row of answerTable) {
      assert.ok(met.has(row), row.because);
      assert.match(row.report, /^https:\/\//);
    }
  });

  it('identifies the operation by method, path and body', () => {
    const activities = (conversation: string) => `v3/conversations/${encodeURIComponent(conversation)}/activities`;
    const asked: [string, string, object | undefined, TeamsOperation][] = [
      ['POST', activities('19:a@thread.tacv2'), { type: 'message' }, 'create'],
      ['POST', activities('19:a@thread.tacv2;messageid=17'), { type: 'message' }, 'reply'],
      ['POST', activities('19:a@thread.tacv2;messageid=17'), { type: 'typing' }, 'typing'],
      ['PUT', `${activities('19:a@thread.tacv2')}/17`, { type: 'message' }, 'update'],
      ['DELETE', `${activities('19:a@thread.tacv2')}/17`, undefined, 'delete'],
      ['POST', 'v3/conversations', {}, 'createConversation'],
      ['GET', 'v3/conversations/19%3Aa/members/29%3Ax', undefined, 'read'],
    ];
    for (const [method, path, body, operation] of asked) assert.equal(operationOf(method, path, body), operation, path);
  });

  it('reads Retry-After in seconds or as a date, and nothing else', () => {
    const now = Date.parse('2026-11-28T10:00:00Z');
    const headers: [string | undefined, number | undefined][] = [
      ['3', 3_000],
      ['0', 0],
      ['0.5', 500],
      ['-5', 0],
      ['Sat, 28 Nov 2026 10:02:00 GMT', 120_000],
      ['Sat, 28 Nov 2026 09:00:00 GMT', 0],
      ['999999999', 86_400_000],
      ['soon', undefined],
      ['', undefined],
      [undefined, undefined],
    ];
    for (const [header, expected] of headers) assert.equal(retryAfterMs(header, now), expected, String(header));
  });
});
