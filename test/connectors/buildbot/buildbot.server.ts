import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildbotConnector } from '../../../src/connectors/buildbot';
import type { PipelineSource, PipelineStart, RunStatus } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import type { HttpTap, TappedExchange } from '../../../src/connectors/http/contract';
import { recordedFiles } from '../../../src/connectors/recording/files';
import { createMask, findLeak } from '../../../src/connectors/recording/mask';
import { eventually } from '../../patience';
import { buildbotReader, startBuildbot } from '../../servers/buildbot';
import type { Buildbot } from '../../servers/buildbot';
import { FaultyServer } from '../http/faulty-server';
import { bind, openConnection } from '../open-connection';
import { startReplay } from '../replay';
import { sought } from '../run-requests';
import { readAll } from './reading-calls';

const hostile = 'a"b\'c{d}..e\\f & #1 %41 g=h?i ;j ü$k $(id) `id`';
const noor = { name: 'Zoë "Z" Łuksza;', id: 'entra:zoe' };

describe('the Buildbot connector with a real Buildbot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-buildbot-'));
  let buildbot: Buildbot;
  let connection: OpenConnection;
  let source: PipelineSource;
  let count = 0;

  function open(
    settings: object = {},
    { password = 'not-a-secret', tap }: { readonly password?: string; readonly tap?: HttpTap } = {},
  ): OpenConnection {
    const all = { url: buildbot.url, user: buildbot.credentials.user, credential: 'GAVEL_BUILDBOT' };
    const secrets = { GAVEL_BUILDBOT: password };
    return openConnection(buildbotConnector, { ...all, run: ['nightly', 's*'], ...settings }, { secrets, tap });
  }

  const started = (pipeline: string, values: PipelineStart['values'] = {}): PipelineStart => ({
    ...{ key: `key${++count}x`, pipeline, values, by: noor, askedAt: Date.now() },
  });

  const seen = (id: string, what: string, isWanted: (status: RunStatus) => boolean): Promise<RunStatus> =>
    eventually(what, async () => {
      const status = await source.runStatus(id);
      return status && isWanted(status) ? status : undefined;
    });
  const ended = (id: string): Promise<RunStatus> => seen(id, `${id} ends`, ({ endedAt }) => endedAt !== undefined);

  /** The sets of requests with this key, as Buildbot counts them. */
  async function countOf({ key }: PipelineStart): Promise<number> {
    const { buildsets = [] } = await buildbot.ask(`buildsets?reason__contains=${key}`);
    return buildsets.length;
  }

  before(async function () {
    this.timeout(120_000);
    buildbot = await startBuildbot({ folder: join(folder, 'buildbot') });
    connection = open();
    source = connection.pipelines ?? assert.fail('it has pipelines');
  });
  after(async () => {
    await connection.close();
    await buildbot.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('passes its checks, and names what a user lacks', async () => {
    assert.deepEqual(
      (await connection.check()).filter(({ problem }) => problem !== undefined),
      [],
    );
    const poor = open({ user: buildbotReader.user });
    const lacking = (await poor.check()).flatMap(({ about, problem }) => (problem === undefined ? [] : [about]));
    assert.deepEqual(lacking, ['starting and stopping']);
    const refused = started('nightly', { title: 'x' });
    await assert.rejects(poor.pipelines?.start(refused) ?? Promise.resolve(), { failure: 'refused' });
    assert.equal(await countOf(refused), 0);
    await poor.close();
    const stranger = open({}, { password: 'wrong-password' });
    const [line] = await stranger.check();
    assert.match(line?.problem ?? '', /^The system rejected the credential\./);
    await assert.rejects(stranger.pipelines?.start(refused) ?? Promise.resolve(), { failure: 'unauthorized' });
    await stranger.close();
  });

  it('offers what the catalog lets people start, with its typed parameters', async () => {
    const ids = (await source.list()).map(({ id }) => id).sort();
    assert.deepEqual(ids, ['nightly', 'silent', 'slow']);
    assert.equal(await source.describe('deploy'), undefined, 'the catalog doesn’t offer it');
    assert.equal(await source.describe('stopped-existing'), undefined);
    assert.deepEqual(await source.describe('nightly'), {
      ...{ id: 'nightly', title: 'Nightly *tests*' },
      parameters: [
        { name: 'title', label: 'What for', isRequired: true, type: 'text', initial: '', maximumLength: 500 },
        { name: 'notes', isRequired: false, type: 'text', initial: 'nothing', isMultiline: true },
        { name: 'count', isRequired: false, type: 'number', initial: 3 },
        { name: 'quick', isRequired: false, type: 'boolean', initial: true },
        { name: 'level', isRequired: false, type: 'choice', choices: ['all', 'fail', 'warn'], initial: 'all' },
      ],
    });
  });

  it('starts with exactly the values that it’s given, and follows the run to its end', async () => {
    const notes = `${hostile}\n../../etc/passwd\n<b>`;
    const start = started('nightly', { title: hostile, notes, count: '7', level: 'all', quick: 'false' });
    assert.deepEqual(await source.findStart(start), { found: 'none' });
    const { id } = await source.start(start);
    const status = await ended(id);
    assert.deepEqual([status.state, status.progress, status.hasWarnings], ['succeeded', 1, undefined]);
    assert.deepEqual(
      status.steps.map(({ name, state }) => [name, state]),
      [
        ['worker_preparation', 'done'],
        ['compile', 'done'],
        ['test', 'done'],
        ['lint', 'done'],
      ],
    );
    const written = (await source.runLog(id, 5_000)).join('\n');
    for (const value of [hostile, notes, '7', 'all', 'False']) assert.ok(written.includes(`<${value}>`), value);
    assert.ok(!written.includes('PATH='), 'the environment of the worker is shown to nobody');
    assert.deepEqual(await source.findStart(start), { found: 'run', id });
    const { buildsets = [] } = await buildbot.ask(`buildsets/${id}`);
    assert.match(String(buildsets[0]?.reason), /gavel key\d+x for Zoë "Z" Łuksza;/);
  });

  it('shows the end of the failing step’s log, and what only warns', async () => {
    const { id } = await source.start(started('nightly', { title: 'x', level: 'fail' }));
    const failed = await ended(id);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.reason, "test: failed 'sh -c ...' (failure)");
    assert.equal(failed.lastLines.at(-1), 'Error: 2 of 640 failed');
    assert.equal(failed.steps.find(({ name }) => name === 'test')?.state, 'failed');
    assert.deepEqual(await source.runLog(id, 3), ['299', '300', 'Error: 2 of 640 failed']);
    const warned = await source.start(started('nightly', { title: 'x', level: 'warn' }));
    const status = await ended(warned.id);
    assert.deepEqual([status.state, status.hasWarnings], ['succeeded', true]);
  });

  it('cancels what runs and what is queued, in the name of the person', async () => {
    const [running, queued] = [await source.start(started('slow')), await source.start(started('slow'))];
    await seen(running.id, 'it runs', ({ state, steps }) => state === 'running' && steps.length > 0);
    assert.equal((await source.runStatus(queued.id))?.state, 'queued');
    await source.cancelRun(queued.id, noor);
    assert.equal((await ended(queued.id)).state, 'canceled');
    await source.cancelRun(running.id, noor);
    const stopped = await ended(running.id);
    assert.equal(stopped.state, 'canceled');
    assert.match(stopped.reason ?? '', /canceled by Zoë "Z" Łuksza; in Gavel/);
    await source.cancelRun(running.id, noor);
  });

  it('says of a request that was merged with a newer one that it was superseded, and the check says why', async () => {
    const first = await source.start(started('merging', { seconds: '600' }));
    await seen(first.id, 'it runs', ({ state }) => state === 'running');
    const second = await source.start(started('merging', { seconds: '1' }));
    const third = await source.start(started('merging', { seconds: '1' }));
    assert.equal((await ended(second.id)).state, 'superseded');
    await source.cancelRun(first.id, noor);
    await ended(first.id);
    assert.equal((await ended(third.id)).state, 'succeeded');
    const problems = (await connection.check()).flatMap(({ problem }) => problem ?? []);
    assert.match(problems.join(), /collapseRequests=False/);
  });

  it('finds a run whose start was never answered, also where the reason isn’t kept, and starts no second one', async () => {
    const lost = await FaultyServer.start(({ request, response, body }) => {
      const headers = new Headers();
      for (const name of ['authorization', 'cookie', 'content-type', 'accept'])
        if (typeof request.headers[name] === 'string') headers.set(name, request.headers[name]);
      const more = request.method === 'POST' ? { body } : {};
      const target = `${buildbot.url.replace(/\/$/, '')}${request.url ?? ''}`;
      void fetch(target, { method: request.method ?? 'GET', headers, redirect: 'manual', ...more }).then(
        async (answer) => {
          const text = await answer.text();
          if (request.method === 'POST') return request.socket.resetAndDestroy();
          const cookies = answer.headers.getSetCookie();
          const type = answer.headers.get('content-type') ?? 'text/plain';
          response.writeHead(answer.status, { 'content-type': type, 'set-cookie': cookies });
          response.end(text);
        },
      );
    });
    const through = open({ url: lost.url });
    for (const pipeline of ['slow', 'silent']) {
      const start = started(pipeline, { seconds: '0' });
      await assert.rejects(through.pipelines?.start(start) ?? Promise.resolve(), { failure: 'unclear' });
      const found = await eventually('it’s found', async () => {
        const answer = await source.findStart(start);
        return answer.found === 'run' ? answer : undefined;
      });
      assert.equal((await ended(found.id)).state, 'succeeded');
      if (pipeline === 'slow') assert.equal(await countOf(start), 1);
    }
    await through.close();
    await lost.close();
  });

  it('refuses what Buildbot would drop or misread, before it’s sent', async () => {
    for (const [values, words] of [
      [{ title: 'x', unknown: '1' }, /no parameter unknown/],
      [{ title: 'x', count: 'many' }, /whole number/],
      [{ title: 'x', level: 'none' }, /one of its choices/],
      [{ title: '  ' }, /only spaces/],
    ] as const) {
      const start = started('nightly', values);
      await assert.rejects(source.start(start), words);
      assert.match((await source.preview?.(start))?.[0] ?? '', words);
      assert.equal(await countOf(start), 0);
    }
    await assert.rejects(source.start(started('nightly', { title: '' })), { failure: 'refused' });
    await assert.rejects(source.start(started('gone')), { failure: 'not found' });
    assert.equal(await source.runStatus('999999'), undefined);
    assert.equal(await source.runStatus('../1'), undefined);
  });

  it('is replayed from its recorded answers, with nothing that identifies it', async () => {
    const start = started('nightly', { title: 'Release 2.14.0', level: 'fail' });
    const { id } = await source.start(start);
    await ended(id);
    const exchanges: TappedExchange[] = [];
    const tapped = open({}, { tap: { readsOnly: true, exchanged: (each) => void exchanges.push(each) } });
    const real = await readAll(tapped, start, id);
    await tapped.close();
    const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
    mkdirSync(to, { recursive: true });
    for (const { name, text } of recordedFiles(exchanges, createMask({ hosts: ['127.0.0.1'], people: [] }))) {
      assert.equal(findLeak(text), undefined, name);
      assert.ok(!text.includes('127.0.0.1'));
      writeFileSync(join(to, name), text);
    }
    const replay = await startReplay(to);
    const replayed = open({ url: replay.url });
    const seenAgain = await readAll(replayed, start, id).finally(async () => {
      await replayed.close();
      await replay.stop();
    });
    assert.deepEqual(seenAgain, real);
    assert.deepEqual(replay.unknown, []);
  });

  it('deploys with what a binding says', async () => {
    writeFileSync(join(folder, 'buildbot/deploy.sh'), 'printf "%s|" "$@"; echo; echo deployed\n');
    const parameters = {
      ...{ service: '{service}', environment: '{environment}', version: '{version}' },
      ...{ commit: '{commit}', key: '{key}' },
    };
    const runner = bind(connection, 'pipelines', { deploy: { pipeline: 'deploy', parameters } }, sought('x'));
    const request = { ...sought('D-1'), askedAt: Date.now() };
    const { id } = await runner.startRun(request);
    assert.deepEqual(await runner.findRun(request), { found: 'run', id });
    await ended(id);
    const [values] = await runner.runLog(id, 10);
    assert.equal(values, `shop|production|2.14.0|${'a'.repeat(40)}|D-1|`);
  });
});
