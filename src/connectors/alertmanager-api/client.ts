import { ConnectorError } from '../../core/errors';
import type { HttpClient } from '../http';
import { AlertsAnswer, SavedAnswer, SilenceAnswer, SilencesAnswer } from './schema';
import type { KnownAlert, Matcher, StoredSilence } from './schema';

/** The calls of Alertmanager's API that Gavel makes. */

/** A silence as it is written. With `id`, that one is changed if matchers and start are the same; otherwise it ends, and a new one begins. */
interface WrittenSilence {
  readonly id?: string;
  readonly matchers: readonly Matcher[];
  /** Both as RFC 3339 writes moments. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export type AlertmanagerClient = ReturnType<typeof createAlertmanagerClient>;

/** Every method rejects with `ConnectorError`. `below`: where the API is, below the address of the connection. */
export function createAlertmanagerClient(http: HttpClient, below: readonly string[] = []) {
  const at = (...path: string[]): string[] => [...below, 'api', 'v2', ...path];
  return {
    /** All that fire, also those that nobody is told of. */
    alerts(): Promise<KnownAlert[]> {
      const query = { active: 'true', silenced: 'true', inhibited: 'true', unprocessed: 'true' };
      return http.json({ kind: 'read', path: at('alerts'), query }, AlertsAnswer);
    },
    /** Also those of the last days that have ended. */
    silences: (): Promise<StoredSilence[]> => http.json({ kind: 'read', path: at('silences') }, SilencesAnswer),
    /** Undefined if there is no such silence. */
    async silence(id: string): Promise<StoredSilence | undefined> {
      try {
        return await http.json({ kind: 'read', path: at('silence', id) }, SilenceAnswer);
      } catch (error) {
        // It answers so to an id that isn't one of its own form, too.
        if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
        throw error;
      }
    },
    /** The id that it is kept under. */
    async saveSilence(silence: WrittenSilence, person: string): Promise<string> {
      const saved = await http.json(
        { kind: 'once', path: at('silences'), body: { json: silence }, person },
        SavedAnswer,
      );
      return saved.silenceID;
    },
    async expireSilence(id: string, person: string): Promise<void> {
      await http.bytes({ kind: 'once', method: 'DELETE', path: at('silence', id), person });
    },
    /** Asks for a silence that has ended already, which it refuses: whoever may make none is refused for that. */
    async trySilence(): Promise<void> {
      const silence: WrittenSilence = {
        matchers: [{ name: 'alertname', value: 'Gavel checks its permissions', isRegex: false, isEqual: true }],
        ...{ startsAt: '2020-01-01T00:00:00Z', endsAt: '2020-01-01T01:00:00Z' },
        ...{ createdBy: 'Gavel', comment: 'Gavel checks its permissions' },
      };
      await http.bytes({ kind: 'once', path: at('silences'), body: { json: silence }, accept: [400, 422] });
    },
  };
}
