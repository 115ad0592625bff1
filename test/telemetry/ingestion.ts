import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generate } from 'selfsigned';

/**
 * A small ingestion endpoint of Application Insights: accepts `POST /v2.1/track` with lines or a list of envelopes and answers like the service.
 * https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
 */
export interface Ingestion {
  readonly connectionString: string;
  /** The certificate that a client must trust, as a PEM file for NODE_EXTRA_CA_CERTS. */
  readonly certificateFile: string;
  readonly envelopes: Envelope[];
  close(): Promise<void>;
}

export interface Envelope {
  readonly name: string;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

export async function startIngestion(folder: string): Promise<Ingestion> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const certificateFile = join(folder, 'ingestion.pem');
  writeFileSync(certificateFile, cert);
  const envelopes: Envelope[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8').trim();
      const taken = text.startsWith('[')
        ? (JSON.parse(text) as Envelope[])
        : text.split('\n').map((line) => JSON.parse(line) as Envelope);
      envelopes.push(...taken);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ itemsReceived: taken.length, itemsAccepted: taken.length, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: `InstrumentationKey=11111111-2222-4333-8444-555555555555;IngestionEndpoint=https://localhost:${port}/;LiveEndpoint=https://localhost:${port}/`,
    certificateFile,
    envelopes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
