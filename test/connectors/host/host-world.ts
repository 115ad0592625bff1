import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRequest, RunStatus } from '../../../src/connectors/contract';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { createHostSystem } from '../../../src/connectors/host';
import { hostBindings } from '../../../src/connectors/host/bindings';
import { readTemplates } from '../../../src/core/catalog/templates';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { eventually } from '../local/local-world';
import { asked } from '../run-requests';

/** The live release is a file here, and a deploy command that writes it deploys. */
const deployScript = `
const fs = require('node:fs'); const [release, version, served, mode] = process.argv.slice(2);
const say = (line) => console.log(line);
fs.appendFileSync(served + '.started', version + ' ' + Object.keys(process.env).filter((name) => !name.startsWith('__')) + '\\n');
const { commit } = JSON.parse(fs.readFileSync(release + '/release.json', 'utf8'));
process.on('SIGTERM', () => { if (fs.existsSync(served + '.stubborn')) return; console.error('asked to stop, nothing was switched'); process.exit(1); });
say('start: ' + version + ' begins');
const go = setInterval(() => {
  if (fs.existsSync(served + '.hold')) return;
  clearInterval(go);
  if (fs.existsSync(release + '/broken')) { console.error('it does not start; nothing was changed'); process.exit(3); }
  say('switch: ' + version + ' serves from now on');
  fs.writeFileSync(served, JSON.stringify({ version, commit, since: Date.now() }));
}, 20);`;

export class HostWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'gavel-host-'));
  readonly dataDir = join(this.folder, 'data');
  readonly releases = join(this.folder, 'releases');
  readonly served = join(this.folder, 'served.json');
  readonly script = join(this.folder, 'deploy.js');
  private readonly connectors: ServicesByName[] = [];
  private server: Server | undefined;

  async start(): Promise<void> {
    writeFileSync(this.script, deployScript);
    mkdirSync(this.dataDir);
    for (const [number, version] of ['1.0.0', '1.1.0', '1.2.0', '1.3.0'].entries()) this.release(version, number + 1);
    writeFileSync(join(this.releases, '1.2.0/broken'), '');
    mkdirSync(join(this.releases, '9.9.9'));
    writeFileSync(join(this.releases, '9.9.9/release.json'), '{ "version": "1.0.0" }');
    writeFileSync(this.served, JSON.stringify({ version: '1.0.0', commit: commitOf(1), since: 1_000 }));
    this.server = createServer((_request, response) => {
      const text = this.text(this.served);
      response.statusCode = text === '' ? 503 : 200;
      response.end(text);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
  }

  private release(version: string, number: number): void {
    const folder = join(this.releases, version);
    const commits = Array.from({ length: number }, (_, index) => ({
      id: commitOf(number - index),
      message: `Change ${number - index}`,
      author: 'Ada',
      committedAt: '2026-01-01T00:00:00Z',
    }));
    mkdirSync(folder, { recursive: true });
    const createdAt = `2026-01-0${number}T00:00:00Z`;
    writeFileSync(
      join(folder, 'release.json'),
      JSON.stringify({ version, commit: commitOf(number), createdAt, commits }),
    );
  }

  /** What the catalog says of the portal. `outside`: something outside Gavel has the command. */
  binding(outside = false) {
    const { port } = this.server?.address() as AddressInfo;
    const deploy = [process.execPath, this.script, `${this.releases}/{version}`, '{version}', this.served];
    return {
      ...{ releases: this.releases, health: `http://127.0.0.1:${port}/`, steps: ['start', 'switch'] },
      ...(!outside && { deploy }),
    };
  }

  /** A connector as a newly started Gavel creates it. */
  connect(outside = false) {
    const binding = hostBindings.pipelines.parse(readTemplates(this.binding(outside)).value);
    const target = { service: 'portal', environment: 'production', binding };
    const connector = createHostSystem({
      ...{ dataDir: this.dataDir, targets: () => [target], clock: systemClock, logger: silentLogger },
      ...{ environment: { PATH: process.env['PATH'] ?? '' }, sampleIntervalMs: 200 },
    });
    this.connectors.push(connector);
    const { pipelines, environments, metrics, sourceControl } = connector;
    assert.ok(pipelines && environments && metrics && sourceControl);
    return { ...connector, pipelines, environments, metrics, sourceControl };
  }

  request(key: string, version: string, number: number): RunRequest {
    return {
      key,
      service: 'portal',
      environment: 'production',
      version,
      commit: commitOf(number),
      timeLimitMs: 60_000,
      ...asked,
    };
  }

  /** The starts of the deploy command, with the names of its environment variables. */
  starts(): string[] {
    return this.text(`${this.served}.started`).split('\n').filter(Boolean);
  }

  hold(): void {
    writeFileSync(`${this.served}.hold`, '');
  }

  letGo(): void {
    for (const mark of ['hold', 'stubborn']) rmSync(`${this.served}.${mark}`, { force: true });
  }

  /** From now on, the command doesn't stop when asked to. */
  makeStubborn(): void {
    writeFileSync(`${this.served}.stubborn`, '');
  }

  private text(file: string): string {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  }

  async end(): Promise<void> {
    this.letGo();
    await Promise.all(this.connectors.map((connector) => connector.close()));
    await new Promise((resolve) => this.server?.close(resolve));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

export const commitOf = (number: number): string => String(number).repeat(40);

/** The status of a run once it has ended. */
export function endOf({ pipelines }: ServicesByName, id: string): Promise<RunStatus> {
  return eventually(async () => {
    const status = await pipelines?.runStatus(id);
    return status?.endedAt === undefined ? undefined : status;
  });
}
