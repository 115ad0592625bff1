import type { Command } from '../../src/chat/contract';
import { createLanguage } from '../../src/chat/language';
import { figure, median, times } from './contract';
import type { Measurement, Row } from './contract';

const sizes = [10, 100, 1_000, 10_000] as const;
const verbs = ['status', 'deploy', 'restart'] as const;

/** The given number of commands, each of two words followed by free text. */
function commandsOf(count: number): Command[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${verbs[index % verbs.length]} svc${index}`,
    operation: 'look',
    summary: 'A command',
    topic: 'Ship',
    arguments: [{ name: 'reason', kind: 'text', summary: 'why' }],
    examples: [],
    run: () => Promise.resolve({ nothing: true }),
  }));
}

/** How most bots route: they try every pattern in turn. */
function patternsOf(count: number): (text: string) => number {
  const patterns = commandsOf(count).map(({ name }) => new RegExp(`^${name}\\s+(.+)$`, 'i'));
  return (text) => patterns.findIndex((pattern) => pattern.test(text));
}

/** Processor time of one call in microseconds. */
export function costUs(work: () => unknown, minMs = 120): number {
  let calls = 1;
  for (;;) {
    const before = process.cpuUsage();
    for (let index = 0; index < calls; index++) work();
    const { user, system } = process.cpuUsage(before);
    if (user + system > minMs * 1_000) return (user + system) / calls;
    calls = Math.ceil(calls * Math.max(2, Math.min(50, (minMs * 1_100) / (user + system + 1))));
  }
}

export const routing: Measurement = {
  how: 'Processor time to find the command and its arguments in one typed line, by the number of commands. The peer tries one regular expression for each command in turn, as Hubot and most bots do.',
  async measure({ rounds }) {
    const sides = sizes.map((count) => {
      const language = createLanguage(commandsOf(count));
      const matches = patternsOf(count);
      const line = `${verbs[(count - 1) % verbs.length]} svc${count - 1} because of the new release`;
      const unknown = 'statsu svc7 because of the new release';
      return {
        count,
        hit: () => language.parse(line),
        miss: () => language.parse(unknown),
        loop: () => matches(line),
        figures: { hit: [] as number[], miss: [] as number[], loop: [] as number[] },
      };
    });
    for (let round = 0; round < rounds; round++)
      for (const { hit, miss, loop, figures } of sides) {
        figures.hit.push(costUs(hit));
        figures.loop.push(costUs(loop));
        figures.miss.push(costUs(miss));
      }
    const smallest = median(sides[0]?.figures.hit ?? []);
    const rows = sides.map(({ count, figures }): Row => {
      const [own, peer] = [median(figures.hit), median(figures.loop)];
      return {
        what: `a typed command among ${figure(count)}`,
        gavel: `${figure(own)} µs`,
        peer: `${figure(peer)} µs`,
        ratio: times(own / peer),
        aim: count === sizes[0] ? '–' : `at most 2× that of ${sizes[0]}`,
        ...(count === sizes[0] ? {} : { holds: own <= 2 * smallest }),
      };
    });
    const misses = sides.map(({ figures }) => `${figure(median(figures.miss))}`).join(', ');
    return [
      ...rows,
      { what: `suggestions for a mistyped line among ${sizes.join(', ')}`, gavel: `${misses} µs`, aim: '–' },
    ];
  },
};
