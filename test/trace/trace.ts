import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as acts from './acts';
import { instrument } from './instrument';
import { filesIn, pageOf } from './page';
import { createWatch, filesOnTheWay } from './watch';

// `npm run trace` clicks Approve and types `deploy` in a started Gavel, and prints which of its own files run until the answer. Exits with 1 if there are too many.

const mostOnTheWay = 10;
/** Timed work that falls into an act counts, too, and only ever adds files. */
const mostTries = 3;

const watch = createWatch();
instrument(join(__dirname, '..', '..', 'src'), watch.onCall);

async function main(): Promise<void> {
  // Loaded only now, so that each of its functions reports.
  const { traceActs } = createRequire(__filename)('./acts') as typeof acts;
  let traced = await traceActs(watch);
  for (let more = mostTries - 1; more > 0 && traced.some(isTooLong); more -= 1)
    traced = shorterOf(traced, await traceActs(watch));
  for (const act of traced) console.log(pageOf(act));
  for (const { title, mostFiles, ran, decision } of traced) {
    const [files, onTheWay] = [filesIn(ran).length, filesOnTheWay(decision).length];
    console.log(
      `${title}: ${files} files until the answer (at most ${mostFiles}), ${onTheWay} on the way to the decision (at most ${mostOnTheWay})`,
    );
  }
  if (traced.some(isTooLong)) process.exitCode = 1;
}

const isTooLong = ({ mostFiles, ran, decision }: acts.TracedAct): boolean =>
  filesIn(ran).length > mostFiles || filesOnTheWay(decision).length > mostOnTheWay;

const shorterOf = (some: readonly acts.TracedAct[], others: readonly acts.TracedAct[]): readonly acts.TracedAct[] =>
  some.map((act) => {
    const other = others.find(({ title }) => title === act.title);
    return other && filesIn(other.ran).length < filesIn(act.ran).length ? other : act;
  });

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
