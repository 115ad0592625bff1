import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCard } from '../../../src/core/card';
import { root } from '../../rules/source-files';
import { sightOf } from './seen';
import type { SeenKind } from './seen';

const table: readonly [card: string, kind: SeenKind][] = [
  ['deployments/requested', 'pointer'],
  ['deployments/requested.running', 'pointer'],
  ['approvals/approval', 'approval'],
  ['deployments/deployment-running.awaiting-approval', 'deployment'],
  ['deployments/deployment-running', 'deployment'],
  ['deployments/deployment-result', 'deployment'],
];

function drawSample(name: string): object {
  const data = JSON.parse(readFileSync(join(root, 'cards', `${name}.sample.json`), 'utf8')) as object;
  return renderCard(name.split('.')[0] ?? '', data);
}

describe('the proof of kills', () => {
  for (const [card, kind] of table)
    it(`sees a ${kind} in ${card}`, () => {
      const activity = { summary: 'A card', attachments: [{ content: drawSample(card) }] };
      const message = { id: '1', conversation: '19:channel', replyToId: undefined, activity, postedAt: 0, edits: 0 };
      assert.equal(sightOf(message).kind, kind);
    });
});
