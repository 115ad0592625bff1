/** Which known word somebody may have meant. Only used if no command matched. */

interface Near {
  readonly word: string;
  readonly distance: number;
}

/** The known words close to a mistyped one, nearest first. */
export function findNear(typed: string, known: Iterable<string>): Near[] {
  const word = typed.toLowerCase().slice(0, 40);
  if (word === '') return [];
  const found: Near[] = [];
  for (const candidate of known) {
    const reach = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    const begins = candidate.startsWith(word) && word.length > 2;
    // Words of very different length are certainly far apart.
    if (!begins && Math.abs(word.length - candidate.length) > reach) continue;
    const distance = begins ? 0.5 : typingDistance(word, candidate, reach);
    if (distance <= reach) found.push({ word: candidate, distance });
  }
  return found.sort((a, b) => a.distance - b.distance || a.word.localeCompare(b.word));
}

/** Insertions, deletions, replacements and swapped neighbors between two short words; Infinity as soon as there are certainly more than `most`. */
export function typingDistance(a: string, b: string, most = Infinity): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  let lastBest = 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let rowBest = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      let best = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
      if (best < rowBest) rowBest = best;
    }
    // A swap spans two rows, so two consecutive rows must be out of reach.
    if (rowBest > most && lastBest > most) return Infinity;
    beforeLast = last;
    last = row;
    lastBest = rowBest;
  }
  return last[b.length] ?? a.length;
}
