import type { z } from 'zod';
import type { HttpClient } from '../http';
import type { QueryValue } from '../http/address';
import type { HttpCall } from '../http/contract';
import { listOf } from './schema';

/** How Gavel calls the REST API of Azure DevOps. Every method rejects with `ConnectorError`. https://learn.microsoft.com/rest/api/azure/devops */

export type AzureCalls = ReturnType<typeof createAzureCalls>;

type Parts = readonly (string | number)[];
export type AzureQuery = Readonly<Record<string, QueryValue>>;

const version = '7.1';
/** Without it, a call that isn’t signed in is answered with a page. */
const own = { 'x-tfs-fedauthredirect': 'Suppress' };

/** `project`: everything is in it but what the organization itself says. */
export function createAzureCalls(http: HttpClient, project: string) {
  const callTo = (path: Parts, query: AzureQuery, more: Partial<HttpCall> = {}, apiVersion = version): HttpCall => ({
    ...{ kind: 'read', path: [project, '_apis', ...path], query: { 'api-version': apiVersion, ...query } },
    ...{ ...more, headers: { ...own, ...more.headers } },
  });
  const get = <T>(path: Parts, answer: z.ZodType<T>, query: AzureQuery = {}, apiVersion = version): Promise<T> =>
    http.json(callTo(path, query, {}, apiVersion), answer);
  return {
    ...{ http, callTo, get },
    /** Of the organization. */
    getOutside: <T>(path: Parts, answer: z.ZodType<T>, query: AzureQuery, apiVersion = version): Promise<T> =>
      http.json({ ...callTo([], query, {}, apiVersion), path: ['_apis', ...path] }, answer),
    list: async <T>(path: Parts, each: z.ZodType<T>, query: AzureQuery = {}, apiVersion = version): Promise<T[]> =>
      (await get(path, listOf(each), query, apiVersion)).value,
    /** Sent once. */
    post: <T>(path: Parts, body: unknown, answer: z.ZodType<T>, apiVersion = version): Promise<T> =>
      http.json(callTo(path, {}, { kind: 'once', body: { json: body } }, apiVersion), answer),
    /** Sent once. */
    patch: async (path: Parts, body: unknown, query: AzureQuery = {}): Promise<void> =>
      void (await http.bytes(callTo(path, query, { kind: 'once', method: 'PATCH', body: { json: body } }))),
  };
}
