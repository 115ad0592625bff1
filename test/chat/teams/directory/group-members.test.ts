import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { groupMembersFor } from '../../../../src/chat/teams/directory/roster';
import type { GroupMembers } from '../../../../src/chat/teams/directory/roster';
import { createMovableClock } from '../../../core/time/movable-clock';

const tenantId = '00000000-0000-4000-8000-00000000c0de';
const groupId = '55555555-0000-4000-8000-000000000001';
const user = (index: number, name: string | null): object => ({
  '@odata.type': '#microsoft.graph.user',
  id: `66666666-0000-4000-8000-00000000000${index}`,
  displayName: name,
});

/** Answers as Microsoft documents "List group transitive members": pages of directory objects, users and others. */
describe('the members of an Entra group', () => {
  let server: Server;
  let url: string;
  let members: GroupMembers;
  let asked: { path: string; authorization: string | undefined; body: string }[];
  let pages: Record<string, unknown>[];
  let status: number;

  beforeEach(async () => {
    asked = [];
    status = 200;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
        const isToken = request.url?.endsWith('/oauth2/v2.0/token');
        response.writeHead(isToken ? 200 : status, { 'content-type': 'application/json' });
        const answer = isToken ? { access_token: 'graph-token-value', expires_in: 3_600 } : (pages.shift() ?? {});
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const registration = { appType: 'SingleTenant', appId: 'app', tenantId, password: 'pass-word' } as const;
    members = groupMembersFor({ registration, clock: createMovableClock(0), loginUrl: url, graphUrl: url });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are people of the organization, from every page, with Graph’s own token', async () => {
    pages = [
      {
        '@odata.context': `${url}/v1.0/$metadata#directoryObjects(id,displayName)`,
        '@odata.nextLink': `${url}/v1.0/groups/${groupId}/transitiveMembers?$skiptoken=next`,
        value: [user(1, 'Nico *Newcomer*'), { '@odata.type': '#microsoft.graph.group', id: groupId }],
      },
      { value: [user(2, null), { '@odata.type': '#microsoft.graph.device', id: groupId }] },
    ];
    assert.deepEqual(await members(groupId), [
      { id: `entra:${tenantId}/66666666-0000-4000-8000-000000000001`, name: 'Nico *Newcomer*' },
      { id: `entra:${tenantId}/66666666-0000-4000-8000-000000000002`, name: '' },
    ]);
    const [token, first, second] = asked;
    assert.equal(token?.path, `/${tenantId}/oauth2/v2.0/token`);
    assert.equal(new URLSearchParams(token?.body).get('scope'), 'https://graph.microsoft.com/.default');
    assert.equal(first?.path, `/v1.0/groups/${groupId}/transitiveMembers?$select=id,displayName&$top=999`);
    assert.equal(first?.authorization, 'Bearer graph-token-value');
    assert.match(second?.path ?? '', /skiptoken=next/);
  });

  it('are never partial: a refusal, an endless list or another host returns nothing', async () => {
    status = 403;
    pages = [{ error: { code: 'Authorization_RequestDenied' } }];
    await assert.rejects(members(groupId), /Microsoft Graph returned 403/);
    status = 200;
    pages = Array.from({ length: 20 }, () => ({ value: [user(1, 'N')], '@odata.nextLink': `${url}/again` }));
    await assert.rejects(members(groupId), /pages of members/);
    pages = [{ value: [], '@odata.nextLink': 'https://elsewhere.example/next' }];
    await assert.rejects(members(groupId), /another host/);
  });
});
