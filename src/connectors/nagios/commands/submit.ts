import { ConnectorError } from '../../../core/errors';
import type { ConnectorFailure } from '../../../core/errors';
import type { HttpClient } from '../../http';

/** Commands for Nagios, through the form that its web pages use. */

/** https://github.com/NagiosEnterprises/nagioscore/blob/master/include/common.h (`CMD_…`) */
export const commandTypes = {
  acknowledge: { host: 33, service: 34 },
  removeAcknowledgement: { host: 51, service: 52 },
  check: { host: 96, service: 7 },
  scheduleDowntime: { host: 55, service: 56 },
  endDowntime: { host: 78, service: 79 },
} as const;

/** What stands in the form of a command before anybody fills it in. */
interface Form {
  /** Sent back in a cookie and in a field, or Nagios refuses the command. Undefined in versions that know none. */
  readonly token: string | undefined;
  /** What the server takes as now, in the form in which it takes dates. */
  readonly now: string | undefined;
}

interface CommandParts {
  /** The name of the connection. */
  readonly name: string;
  readonly http: HttpClient;
}

const path = 'cgi-bin/cmd.cgi';

export type NagiosCommands = ReturnType<typeof createNagiosCommands>;

/** Every method rejects with `ConnectorError`. */
export function createNagiosCommands({ name, http }: CommandParts) {
  const openForm = async (type: number): Promise<Form> => {
    const { headers, text } = await http.text({ kind: 'read', path, query: { cmd_typ: type } });
    return { token: tokenIn(headers.get('set-cookie')), now: valueOf(text, 'start_time') };
  };

  async function answerTo(type: number, fields: Readonly<Record<string, string>>, person?: string): Promise<string> {
    const { token } = await openForm(type);
    const { text } = await http.text({
      ...{ kind: 'once', path, ...(person !== undefined && { person }) },
      ...(token !== undefined && { headers: { cookie: `NagFormId=${token}` } }),
      body: {
        form: {
          ...(token !== undefined && { nagFormId: token }),
          ...{ cmd_typ: String(type), cmd_mod: '2', ...fields },
        },
      },
    });
    return text;
  }

  return {
    openForm,
    /** Gives Nagios a command. It's done a moment after it was taken. */
    async submit(type: number, fields: Readonly<Record<string, string>>, person?: string): Promise<void> {
      const refusal = refusalIn(await answerTo(type, fields, person));
      if (refusal) throw new ConnectorError(name, refusal.failure, `POST ${path} (${type}): ${refusal.words}`);
    },
    /** Whether it would take a command for this service: one without its comment, which changes nothing. */
    async tryCommand(fields: Readonly<Record<'host' | 'service', string>>): Promise<void> {
      const refusal = refusalIn(await answerTo(commandTypes.acknowledge.service, fields));
      if (refusal && !/\bnot entered\b/.test(refusal.words))
        throw new ConnectorError(name, refusal.failure, `POST ${path}: ${refusal.words}`);
    },
  };
}

function tokenIn(cookies: string | undefined): string | undefined {
  return /(?:^|[\s,])NagFormId=([^;,\s]{1,200})/.exec(cookies ?? '')?.[1];
}

function valueOf(page: string, field: string): string | undefined {
  return new RegExp(`NAME=['"]${field}['"]\\s+VALUE=['"]([^'"<>]{1,60})['"]`, 'i').exec(page)?.[1];
}

/** Why Nagios didn't take a command; undefined if it did. It says so only in the page, always with HTTP 200. */
export function refusalIn(page: string): { readonly failure: ConnectorFailure; readonly words: string } | undefined {
  if (/successfully submitted to Nagios/.test(page)) return undefined;
  const [, words = ''] = /errorMessage['"]>\s*([^<]{1,300})/.exec(page) ?? /<p>(Error:[^<]{1,300})/.exec(page) ?? [];
  if (words === '') return { failure: 'unclear', words: 'an answer that isn’t one of Nagios’ pages' };
  // It's a pipe that Nagios reads, so it's missing while Nagios doesn't run.
  if (/command file/.test(words)) return { failure: 'unreachable', words };
  return { failure: 'refused', words };
}
