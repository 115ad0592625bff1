import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Document } from 'mongodb';
import { createDoubleDatabase } from './database';
import type { DuplicateErrors } from './database';
import { createJournal } from './journal';
import { cutMessages, readRequest, writeReply } from './wire';
import type { Request } from './wire';

export interface WireDoubleOptions {
  /** Any free port by default. */
  readonly port?: number;
  /** Keeps everything across restarts; by default, only in memory. */
  readonly dataFile?: string;
  /** `bare`: like Microsoft's DocumentDB engine, without `keyPattern` and `keyValue`; MongoDB's own form by default. */
  readonly duplicateErrors?: DuplicateErrors;
  /** Overrides what a primary says about itself; `undefined` removes a field. */
  readonly hello?: Readonly<Record<string, unknown>>;
}

/**
 * `hang`: accepts everything and answers nothing, including greetings. `refuse`: nobody listens and every connection is cut. `cut before`: closes the
 * connection instead of executing. `cut after`: executes, then closes instead of answering. `hold`: executes, and answers only when the fault is removed.
 */
export type Fault =
  | { readonly kind: 'hang' | 'refuse' }
  | {
      readonly kind: 'cut before' | 'cut after' | 'hold';
      /** `insert`, `update`, `find`, …; by default, any except the greeting. */
      readonly command?: string;
      readonly collection?: string;
      /** How often; without end by default. */
      readonly times?: number;
    }
  | { readonly kind: 'none' };

/** A MongoDB primary as far as the official driver can tell, for tests. */
export interface WireDouble {
  readonly port: number;
  /** The value for `MONGODB_URI`. */
  readonly url: string;
  /** Replaces the earlier fault. */
  fault(fault: Fault): Promise<void>;
  /** The latest commands without greetings, oldest first. */
  seen(): readonly Document[];
  stop(): Promise<void>;
}

const seenAtMost = 1_000;
const greetings: readonly string[] = ['hello', 'ismaster', 'isMaster'];

export async function startWireDouble(options: WireDoubleOptions = {}): Promise<WireDouble> {
  const database = createDoubleDatabase(createJournal(options.dataFile), options.duplicateErrors);
  const sockets = new Set<Socket>();
  const seen: Document[] = [];
  let held: (() => void)[] = [];
  let current: Fault = { kind: 'none' };
  let timesLeft = Infinity;
  let connections = 0;
  let server: Server | undefined = await listen(options.port ?? 0, accept);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  function accept(socket: Socket): void {
    sockets.add(socket);
    connections += 1;
    const connectionId = connections;
    let arrived: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      if (current.kind === 'hang') return;
      const { messages, rest } = cutMessages(Buffer.concat([arrived, chunk]));
      arrived = rest;
      for (const message of messages) answer(socket, readRequest(message), connectionId);
    });
  }

  function answer(socket: Socket, request: Request, connectionId: number): void {
    const { command } = request;
    const name = Object.keys(command)[0] ?? '';
    if (greetings.includes(name)) return void socket.write(writeReply(request, helloReply(connectionId)));
    const struck = strike(name, command);
    if (struck === 'cut before') return void socket.destroy();
    seen.push(command);
    if (seen.length > seenAtMost) seen.shift();
    const reply = database.run(command);
    if (struck === 'cut after') return void socket.destroy();
    const send = (): void => void (request.isUnacknowledged || socket.write(writeReply(request, reply)));
    if (struck === 'hold') held.push(send);
    else send();
  }

  /** The fault that this command meets, counted. */
  function strike(name: string, command: Document): Fault['kind'] {
    if (!('times' in current || 'command' in current || 'collection' in current)) return current.kind;
    if (current.command !== undefined && current.command !== name) return 'none';
    if (current.collection !== undefined && current.collection !== command[name]) return 'none';
    if (timesLeft <= 0) return 'none';
    timesLeft -= 1;
    return current.kind;
  }

  function helloReply(connectionId: number): Document {
    const me = `127.0.0.1:${port}`;
    return {
      helloOk: true,
      ismaster: true,
      isWritablePrimary: true,
      secondary: false,
      setName: 'double',
      setVersion: 1,
      hosts: [me],
      primary: me,
      me,
      maxBsonObjectSize: 16 * 1024 * 1024,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId,
      minWireVersion: 0,
      maxWireVersion: 21,
      readOnly: false,
      ok: 1,
      ...options.hello,
    };
  }

  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
  }

  return {
    port,
    url: `mongodb://127.0.0.1:${port}`,
    async fault(fault) {
      // What a hanging server hasn't read is lost with its connections.
      if (current.kind === 'hang') for (const socket of sockets) socket.destroy();
      current = fault;
      timesLeft = 'times' in fault ? (fault.times ?? Infinity) : Infinity;
      for (const send of held.splice(0)) send();
      if (fault.kind === 'refuse') await close();
      else server ??= await listen(port, accept);
    },
    seen: () => seen,
    async stop() {
      held = [];
      await close();
    },
  };
}

function listen(port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
