import { join } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { withoutEnding } from '../../core/text';
import type { OpenParts } from '../contract/kinds';
import type { HttpCall } from '../http/contract';
import type { HttpClient } from '../http';
import { httpConnection, openHttpClient } from '../http/settings';
import { readRecord } from '../machine/records';
import { TrackerRecord } from './schema';

/** Calls of the tracker. Without a URL it's the one of the sandbox, whose process says where it listens. */

export const trackerConnection = z.union([httpConnection, z.strictObject({})]);
type Settings = Partial<z.output<typeof httpConnection>>;

export interface TrackerClient {
  json<T>(call: HttpCall, schema: z.ZodType<T>): Promise<T>;
  /** The address of the tracker's pages, without a slash at its end. */
  base(): string;
  close(): Promise<void>;
}

export function openTracker(settings: Settings, parts: Omit<OpenParts, 'targets'>): TrackerClient {
  let open: { readonly url: string; readonly http: HttpClient } | undefined;

  function here(): string {
    const file = join(parts.machine.dataDir, 'sandbox', 'tracker', 'process.json');
    const record = readRecord(file, TrackerRecord);
    if (record) return `http://127.0.0.1:${record.port}`;
    throw new ConnectorError(parts.name, 'unreachable', 'the tracker of the sandbox isn’t running');
  }
  const urlNow = (): string => settings.url ?? here();

  /** After a restart, the tracker may listen elsewhere. */
  async function client(): Promise<HttpClient> {
    const url = urlNow();
    if (open?.url === url) return open.http;
    const before = open;
    open = { url, http: openHttpClient({ ...settings, url }, parts) };
    await before?.http.close();
    return open.http;
  }

  return {
    json: async (call, schema) => (await client()).json(call, schema),
    base: () => withoutEnding(urlNow(), '/'),
    close: async () => open?.http.close(),
  };
}
