import { startIngestion } from '../telemetry/ingestion';

// The ingestion endpoint of Application Insights as a part of a measurement: asked, it says where it is and how much it was told.

async function main(): Promise<void> {
  const { connectionString, certificateFile, envelopes } = await startIngestion(process.env['BENCH_FOLDER'] ?? '');
  process.on('message', () => process.send?.({ connectionString, certificateFile, told: envelopes.length }));
  process.on('disconnect', () => process.exit(0));
  process.send?.({});
}

void main();
