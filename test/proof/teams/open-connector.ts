import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { personNumber } from '../harness';
import { textOf } from '../runs/run-ledger';

/** A Bot Connector that accepts everything at once and remembers it, for proofs about what happens behind it. */

export interface PostedMessage {
  readonly id: string;
  readonly conversation: string;
  readonly replyToId: string | undefined;
  /** The current activity. */
  readonly activity: Readonly<Record<string, unknown>>;
  readonly postedAt: number;
  readonly edits: number;
}

export interface OpenConnector {
  readonly url: string;
  /** Every message by its id. */
  readonly messages: ReadonlyMap<string, PostedMessage>;
  /** How often it was called in total. */
  calls(): number;
  close(): Promise<void>;
}

export interface OpenConnectorOptions {
  /** Called for every message the moment it is posted. */
  readonly onPost?: (message: PostedMessage) => void;
  /** What it remembers of an activity; everything by default. */
  readonly keep?: (activity: Record<string, unknown>) => Readonly<Record<string, unknown>>;
}

/** `29:person7` is the seventh person of the proofs, with the matching Entra id. */
function memberNamed(id: string): object {
  const { name, aadObjectId } = personNumber(Number(/^29:person(\d+)$/.exec(id)?.[1] ?? 0));
  return { id, name, aadObjectId, objectId: aadObjectId, userRole: 'user' };
}

export async function startOpenConnector({
  onPost,
  keep = (activity) => activity,
}: OpenConnectorOptions = {}): Promise<OpenConnector> {
  const messages = new Map<string, PostedMessage>();
  let last = Date.now();
  let calls = 0;

  function post(conversation: string, activity: Record<string, unknown>): string {
    const id = String((last += 1));
    const replyToId = typeof activity['replyToId'] === 'string' ? activity['replyToId'] : undefined;
    const message = { id, conversation, replyToId, activity, postedAt: Date.now(), edits: 0 };
    onPost?.(message);
    messages.set(id, { ...message, activity: keep(activity) });
    return id;
  }

  function answer(method: string, path: string, body: Record<string, unknown>): { status: number; body: unknown } {
    const [, , area, conversation = '', kind, id] = path.split('/').map(decodeURIComponent);
    if (area !== 'conversations') return { status: 404, body: {} };
    if (conversation === '') return create(body);
    // Everybody is a member: nobody leaves in these proofs.
    if (kind === 'members' && id !== undefined) return { status: 200, body: memberNamed(id) };
    if (kind !== 'activities') return { status: 200, body: [] };
    if (method === 'POST' && body['type'] === 'typing') return { status: 201, body: { id: '' } };
    if (method === 'POST') return { status: 201, body: { id: post(conversation, body) } };
    const known = messages.get(id ?? '');
    if (!known) return { status: 404, body: { error: { code: 'ActivityNotFound', message: 'Not found' } } };
    if (method === 'DELETE') messages.delete(known.id);
    else messages.set(known.id, { ...known, activity: keep(body), edits: known.edits + 1 });
    return { status: 200, body: { id: known.id } };
  }

  function create(body: Record<string, unknown>): { status: number; body: unknown } {
    const channel = (body['channelData'] as { channel?: { id?: string } } | undefined)?.channel?.id;
    const member = (body['members'] as { id?: string }[] | undefined)?.[0]?.id;
    const conversation = channel ?? `a:${member}`;
    if (!body['activity']) return { status: 201, body: { id: conversation } };
    const activityId = post(conversation, body['activity'] as Record<string, unknown>);
    return { status: 201, body: { id: channel ? `${channel};messageid=${activityId}` : conversation, activityId } };
  }

  const server = createServer((request, response) => {
    calls += 1;
    void textOf(request).then((text) => {
      const path = new URL(request.url ?? '/', 'http://connector').pathname;
      const { status, body } = answer(request.method ?? 'GET', path, text ? (JSON.parse(text) as never) : {});
      response.statusCode = status;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    messages,
    calls: () => calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
