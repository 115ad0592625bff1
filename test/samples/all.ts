import type { CardContent } from '../../src/chat/contract';
import { sampleFile } from './contract';
import type { DrawnSample } from './contract';
import { approvalSamples } from './approvals';
import { deploymentSamples } from './deployments';
import { emergencySamples } from './emergencies';

const all: readonly DrawnSample[] = [...approvalSamples, ...deploymentSamples, ...emergencySamples];

/** Every sample that the code draws, with its file. */
export async function drawSamples(): Promise<readonly { readonly file: string; readonly data: CardContent['data'] }[]> {
  return Promise.all(
    all.map(async ({ state, draw }) => {
      const { card, data } = await draw();
      return { file: sampleFile(card, state), data };
    }),
  );
}
