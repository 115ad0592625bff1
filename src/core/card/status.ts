/** The status words of every card: one glyph, one word, one tone. Color only repeats what glyph and word say. */

type Tone = 'emphasis' | 'warning' | 'accent' | 'good' | 'attention';
type GlyphColor = 'Default' | 'Warning' | 'Accent' | 'Good' | 'Attention';

interface Status {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
  readonly color: GlyphColor;
}

const quiet = { tone: 'emphasis', color: 'Default' } as const;
const caution = { tone: 'warning', color: 'Warning' } as const;
const working = { tone: 'accent', color: 'Accent' } as const;
const good = { tone: 'good', color: 'Good' } as const;
const bad = { tone: 'attention', color: 'Attention' } as const;

export const statuses = {
  draft: { glyph: '○', word: 'Draft', ...quiet },
  waiting: { glyph: '◔', word: 'Waiting', ...caution },
  approved: { glyph: '◑', word: 'Approved', ...working },
  running: { glyph: '◕', word: 'Running', ...working },
  verifying: { glyph: '◉', word: 'Verifying', ...working },
  succeeded: { glyph: '✓', word: 'Succeeded', ...good },
  rejected: { glyph: '⊘', word: 'Rejected', ...quiet },
  expired: { glyph: '○', word: 'Expired', ...quiet },
  cancelled: { glyph: '⊠', word: 'Cancelled', ...quiet },
  superseded: { glyph: '○', word: 'Superseded', ...quiet },
  failed: { glyph: '✕', word: 'Failed', ...bad },
  'rolled back': { glyph: '↺', word: 'Rolled back', ...caution },
  unclear: { glyph: '?', word: 'Unclear', ...caution },
  healthy: { glyph: '●', word: 'Healthy', ...good },
  degraded: { glyph: '▲', word: 'Degraded', ...caution },
  down: { glyph: '▼', word: 'Down', ...bad },
  unknown: { glyph: '?', word: 'Unknown', ...quiet },
  locked: { glyph: '▣', word: 'Locked', ...caution },
  frozen: { glyph: '❅', word: 'Frozen', ...caution },
  refused: { glyph: '⊘', word: 'Refused', ...quiet },
  done: { glyph: '✓', word: 'Done', ...good },
} as const satisfies Record<string, Status>;

export type StatusName = keyof typeof statuses;

/** What the band of a card shows: `{ glyph, word, tone }`. */
export function bandState(name: StatusName): { glyph: string; word: string; tone: Tone } {
  const { glyph, word, tone } = statuses[name];
  return { glyph, word, tone };
}
