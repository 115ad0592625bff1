import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { portsOfProduct, temporaryFolder } from '../e2e/product';
import { eventually } from '../patience';
import { createPlaygroundClient, wordsOf } from '../playground/client';

const deployments = '19:deployments@thread.tacv2';

describe('npm run demo:monitoring', () => {
  it('shows what it says: a word in the terminal becomes a card in the channel', async () => {
    const folder = temporaryFolder();
    const { port, playgroundPort } = await portsOfProduct();
    const demo = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'demo.ts')], {
      env: {
        // npm needs its own settings to install statsd; those of the tests aren't Gavel's.
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GAVEL_'))),
        PORT: String(port),
        PLAYGROUND_PORT: String(playgroundPort),
        GAVEL_DATA: folder.path,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    demo.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => demo.once('exit', resolve));
    try {
      await eventually('Gavel is ready', async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
        return answer?.ok;
      });
      assert.match(output, /Type queue in this terminal[^]*Type nagios in this terminal[^]*order picture of shop/);
      const client = createPlaygroundClient(`http://127.0.0.1:${playgroundPort}/`);
      await client.say('ada', deployments, 'subscription announce shop here');
      demo.stdin.write('queue\n');
      const told = await client.waitFor('noor', deployments, ({ card }) => /42 jobs wait/.test(wordsOf(card)));
      assert.match(wordsOf(told.card), /shop in staging/);
      demo.stdin.write('nagios\n');
      await client.waitFor('noor', deployments, ({ card }) => /502 Bad Gateway/.test(wordsOf(card)));
      await client.say('noor', deployments, 'graph order picture of shop in staging');
      const drawn = await client.waitFor('noor', deployments, ({ card }) => /Drawn by Graphite/.test(wordsOf(card)));
      assert.match(wordsOf(drawn.card), /Order picture of shop in staging/);
      demo.stdin.write('nagios\n');
      await client.say('noor', deployments, 'check shop in staging');
      await client.waitFor('noor', deployments, ({ card, text }) =>
        /Nagios is checking shop in staging now/.test(`${wordsOf(card)} ${text}`),
      );
      demo.kill('SIGINT');
      assert.equal(await ended, 0, output);
    } catch (error) {
      throw new Error(`The demo printed:\n${output}`, { cause: error });
    } finally {
      demo.kill('SIGKILL');
      await ended;
      folder.remove();
    }
  });
});
