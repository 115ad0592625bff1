import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beginPath, pathTo } from './instrument';
import type { Call } from './instrument';

/** What ran between the arrival of one activity and its answer. */
export interface Trace {
  /** Each function that ran, by its first call, in this order. */
  readonly ran: readonly Call[];
  /** The first call of the decision. */
  readonly decision: Call;
}

export interface Watch {
  readonly onCall: (call: Call) => void;
  /** Watches the next activity that arrives; resolves when it's answered, rejects if nothing was decided until then. */
  next(isDecision: (call: Call) => boolean): Promise<Trace>;
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One for each process. The window is the server's: from the parsed head of the request to the end of its response. */
export function createWatch(): Watch {
  let begin: (() => () => void) | undefined;
  let onCall: ((call: Call) => void) | undefined;

  channel('http.server.request.start').subscribe((message) => {
    const { request, response } = message as Arrival;
    if (!begin || request.url !== '/api/messages') return;
    const end = begin();
    const write = response.end.bind(response);
    response.end = ((...given: Parameters<typeof write>) => {
      end();
      return write(...given);
    }) as typeof response.end;
    beginPath();
  });

  return {
    onCall: (call) => onCall?.(call),
    next: (isDecision) =>
      new Promise((resolve, reject) => {
        begin = () => {
          begin = undefined;
          const ran = new Map<string, Call>();
          const begun = new Set<Call>();
          let decision: Call | undefined;
          onCall = (call) => {
            const root = pathTo(call)[0] ?? call;
            if (call === root) begun.add(root);
            // What timers do in the meantime, they would have done without this act.
            if (!begun.has(root)) return;
            const key = `${call.file} ${call.name}`;
            if (!ran.has(key)) ran.set(key, call);
            if (isDecision(call)) decision ??= call;
          };
          return () => {
            onCall = undefined;
            if (decision) resolve({ ran: [...ran.values()], decision });
            else reject(new Error('Answered without the decision: was its function renamed?'));
          };
        };
      }),
  };
}

/** Our files on the path from the server to this call, each once, in order. */
export function filesOnTheWay(call: Call): readonly string[] {
  return [...new Set(pathTo(call).map(({ file }) => file))];
}
