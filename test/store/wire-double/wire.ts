import { BSON } from 'mongodb';
import type { Document } from 'mongodb';

// The MongoDB wire protocol as far as the official driver uses it: OP_MSG, and OP_QUERY for the first greeting of a connection.

export interface Request {
  readonly requestId: number;
  readonly kind: 'message' | 'query';
  readonly command: Document;
  /** The sender expects no reply. */
  readonly isUnacknowledged: boolean;
}

const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;
const headerBytes = 16;
const moreToCome = 1 << 1;
const checksumPresent = 1;

/** Takes complete messages off the front of what has arrived; the rest waits for more. */
export function cutMessages(arrived: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = arrived;
  while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0);
    if (length < headerBytes) throw new Error(`A message of ${length} bytes is none`);
    messages.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

export function readRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const code = message.readInt32LE(12);
  if (code === opMessage) return { requestId, ...readMessage(message) };
  if (code === opQuery) return { requestId, kind: 'query', command: readQuery(message), isUnacknowledged: false };
  throw new Error(`Operation ${code} is not spoken here`);
}

export function writeReply(request: Request, reply: Document): Buffer {
  const body = Buffer.from(BSON.serialize(reply, { ignoreUndefined: true }));
  const isMessage = request.kind === 'message';
  const head = Buffer.alloc(headerBytes + (isMessage ? 5 : 20));
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.requestId, 8);
  head.writeInt32LE(isMessage ? opMessage : opReply, 12);
  // OP_REPLY: flags, cursor id (8 bytes), starting from, number returned. OP_MSG: flags and one section of kind 0, all zero.
  if (!isMessage) head.writeInt32LE(1, headerBytes + 16);
  return Buffer.concat([head, body]);
}

function readMessage(message: Buffer): Pick<Request, 'kind' | 'command' | 'isUnacknowledged'> {
  const flags = message.readUInt32LE(headerBytes);
  const end = message.length - (flags & checksumPresent ? 4 : 0);
  let command: Document = {};
  const sequences: Record<string, Document[]> = {};
  for (let at = headerBytes + 4; at < end;) {
    const section = message.readUInt8(at);
    const length = message.readInt32LE(at + 1);
    const part = message.subarray(at + 1, at + 1 + length);
    if (section === 0) command = readDocument(part);
    else Object.assign(sequences, readSequence(part));
    at += 1 + length;
  }
  return { kind: 'message', command: { ...command, ...sequences }, isUnacknowledged: (flags & moreToCome) !== 0 };
}

function readSequence(part: Buffer): Record<string, Document[]> {
  const nameEnd = part.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < part.length; at += part.readInt32LE(at))
    documents.push(readDocument(part.subarray(at, at + part.readInt32LE(at))));
  return { [part.toString('utf8', 4, nameEnd)]: documents };
}

function readQuery(message: Buffer): Document {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  const at = nameEnd + 1 + 8;
  const name = message.toString('utf8', headerBytes + 4, nameEnd);
  return { ...readDocument(message.subarray(at, at + message.readInt32LE(at))), $db: name.split('.')[0] };
}

function readDocument(bytes: Buffer): Document {
  return BSON.deserialize(bytes, { promoteBuffers: false });
}
