import type { KillPoint } from './fuse';
import { askAndApprove, introduceApprovers } from './people';
import { everythingDone } from './quiet';
import type { World } from './world';

/** One kill at each step of a deployment. */

const never: KillPoint = { side: 'before', of: 'write', nth: 0 };

/** Runs one deployment with the kill armed; returns whether the step was reached, so that the process was killed and started again. */
async function killAtStep(world: World, point: KillPoint, service: string, version: string): Promise<boolean> {
  const { ask, ended } = await world.serving();
  if ((await ask(point)) !== 'armed') throw new Error('The instance ended before anything began');
  let passed = false;
  let died = false;
  const revived = ended.then(async () => {
    if (passed) return;
    died = true;
    world.buried();
    await world.start();
  });
  const whole = askAndApprove(world, { service, version }).then(() => everythingDone(world));
  await Promise.race([whole, revived]);
  if (died) await revived;
  await whole;
  // Leases are renewed and released after the deployment, too; those writes don't count anymore.
  if (!died && (await ask(never)) === 'armed') passed = true;
  else await revived;
  return !passed;
}

/** Goes through these steps, one deployment for each. Returns how many were reached. */
export async function killAtSteps(world: World, points: readonly KillPoint[]): Promise<number> {
  await world.start();
  await introduceApprovers(world);
  let reached = 0;
  for (const [index, point] of points.entries())
    if (await killAtStep(world, point, world.services[0] ?? '', `1.0.${index + 1}`)) reached += 1;
  return reached;
}

/**
 * Goes from step to step, `every` at a time beginning with `first`, until a whole deployment passes without reaching the next. Resolves to the last reached
 * step.
 */
export async function killAtEveryStep(
  world: World,
  { side, first, every }: { readonly side: KillPoint['side']; readonly first: number; readonly every: number },
): Promise<number> {
  await world.start();
  await introduceApprovers(world);
  const [service = ''] = world.services;
  for (let nth = first; ; nth += every)
    if (!(await killAtStep(world, { side, of: 'write', nth }, service, `1.0.${nth}`))) return nth - every;
}
