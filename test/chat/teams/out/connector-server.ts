import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The smallest server for the connector's protocol: keeps what it gets, and fails on command. */

export interface SentActivity {
  readonly method: string;
  readonly conversation: string;
  readonly activityId: string;
  /** Only its recipient sees it; `below`: it is a reply to this message. */
  readonly isTargeted: boolean;
  readonly below: string;
  readonly body: {
    type?: string;
    recipient?: { id?: string };
    text?: string;
    summary?: string;
    conversation?: { id?: string; name?: string };
    entities?: { text?: string; mentioned?: { id?: string } }[];
    attachments?: { content?: Record<string, unknown> }[];
  };
}

export interface ConnectorFault {
  readonly status: number | 'reset';
  readonly headers?: Record<string, string>;
  /** `{}` by default. */
  readonly body?: string;
  /** It is posted or edited anyway. */
  readonly delivers?: true;
}

export interface ListedChannel {
  readonly id: string;
  readonly name: string | null;
}

export interface ConnectorServer {
  readonly url: string;
  readonly sent: SentActivity[];
  /** What the next calls get instead of an answer. */
  readonly faults: ConnectorFault[];
  readonly members: { id: string; aadObjectId: string; name: string; tenantId?: string; userRole?: string }[];
  /** Its answer to a request for the channels of a team; 404 until this is set. */
  setChannels(channels: readonly ListedChannel[]): void;
  /** How often it was asked for the channels of a team. */
  listed(): number;
  /** How often it was asked about one member. */
  looks(): number;
  /** Messages without typing indicators. */
  messages(): SentActivity[];
  close(): Promise<void>;
}

export async function startConnectorServer(): Promise<ConnectorServer> {
  const sent: SentActivity[] = [];
  const faults: ConnectorServer['faults'] = [];
  const members: ConnectorServer['members'] = [];
  let next = 0;
  let looks = 0;
  let listed = 0;
  let channels: readonly ListedChannel[] | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, , area, conversation = '', kind = '', id = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
      const text = Buffer.concat(chunks).toString();
      const body = (text === '' ? {} : JSON.parse(text)) as SentActivity['body'] & { members?: { id: string }[] };
      // No chaining: once restify is loaded, writeHead returns nothing.
      const answer = (status: number, json: object, headers = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(json));
      };
      if (area === 'teams' && kind === 'conversations') {
        listed += 1;
        return answer(channels ? 200 : 404, { conversations: channels });
      }
      const fault = body.type === 'typing' ? undefined : faults.shift();
      const isPost = request.method === 'POST';
      const keep = (): string => {
        const activityId = isPost ? `m${++next}` : decodeURIComponent(id);
        sent.push({
          method: request.method ?? '',
          conversation: decodeURIComponent(conversation),
          activityId,
          isTargeted: (request.url ?? '').endsWith('?isTargetedActivity=true'),
          below: isPost ? decodeURIComponent(id) : '',
          body,
        });
        return activityId;
      };
      if (fault?.delivers) keep();
      if (fault?.status === 'reset') return void request.socket.destroy();
      if (fault) {
        response.writeHead(Number(fault.status), { 'content-type': 'application/json', ...fault.headers });
        return void response.end(fault.body ?? '{}');
      }
      if (area !== 'conversations') return answer(404, {});
      if (kind === 'pagedmembers') return answer(200, { members });
      if (kind === 'members') {
        looks += 1;
        const found = members.find((each) => each.id === decodeURIComponent(id));
        return answer(found ? 200 : 404, found ?? { error: { code: 'MemberNotFoundInConversation' } });
      }
      if (conversation === '') return answer(201, { id: `a:${body.members?.[0]?.id}` });
      answer(isPost ? 201 : 200, { id: keep() });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sent,
    faults,
    setChannels: (now) => void (channels = now),
    listed: () => listed,
    members,
    looks: () => looks,
    messages: () => sent.filter(({ body }) => body.type !== 'typing'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
