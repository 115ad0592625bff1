import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { ConnectorError } from '../../core/errors';
import { readInspected } from './inspected';
import type { Inspected } from './inspected';

/** What Gavel asks the admin port of statsd, and what it sends. */

interface StatsdAddress {
  /** The name of the connection. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
}

/** What statsd tells of. */
export type StatsdTable = 'counters' | 'gauges' | 'timers';

export type StatsdClient = ReturnType<typeof createStatsdClient>;

const patienceMs = 5_000;
const maxCharacters = 10_000_000;
const ending = '\nEND\n';

/** Every method rejects with `ConnectorError`. */
export function createStatsdClient({ name, host, port, adminPort }: StatsdAddress) {
  const fail = (failure: 'unreachable' | 'invalid answer', words: string): ConnectorError =>
    new ConnectorError(name, failure, words);

  /** The answer without its end. */
  function ask(command: StatsdTable): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(adminPort, host, () => socket.write(`${command}\n`));
      let answer = '';
      const end = (error?: ConnectorError): void => {
        socket.destroy();
        if (error) reject(error);
      };
      socket.setEncoding('utf8').setTimeout(patienceMs, () => end(fail('unreachable', 'no answer in time')));
      socket.on('data', (piece: string) => {
        answer += piece;
        const endsAt = answer.indexOf(ending, answer.length - piece.length - ending.length);
        if (answer.length > maxCharacters) end(fail('invalid answer', 'the answer is too large'));
        else if (endsAt >= 0) {
          resolve(answer.slice(0, endsAt));
          end();
        }
      });
      socket.once('error', () => end(fail('unreachable', 'the connection failed')));
      socket.once('close', () => reject(fail('unreachable', 'the connection ended in the middle')));
    });
  }

  return {
    /** As of now: gauges as they are, counters and timers since statsd last flushed them. */
    async read(table: StatsdTable): Promise<ReadonlyMap<string, Inspected>> {
      const found = readInspected(await ask(table));
      if (!found) throw fail('invalid answer', `the ${table} can’t be read`);
      return found;
    },
    /** Sends lines in one packet. Nobody says whether it arrived. */
    send(lines: readonly string[]): Promise<void> {
      return new Promise((resolve, reject) => {
        const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
        socket.once('error', () => reject(fail('unreachable', 'the packet couldn’t be sent')));
        socket.send(lines.join('\n'), port, host, (error) => {
          socket.close();
          if (error) reject(fail('unreachable', 'the packet couldn’t be sent'));
          else resolve();
        });
      });
    },
  };
}
