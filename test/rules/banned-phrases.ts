import type { Sentence } from './sentences';

/** A phrase that reads like a translation, or a second word for an idea that has one. */
export interface BannedPhrase {
  readonly pattern: RegExp;
  /** What to write in its place. */
  readonly instead: string;
  /** A sentence that contains it. */
  readonly fails: string;
  /** A similar sentence that is fine. */
  readonly passes: string;
  /** Where it applies; everywhere by default. */
  readonly kinds?: readonly Sentence['kind'][];
}

const shown: BannedPhrase['kinds'] = ['sentence', 'title'];
const alone: BannedPhrase['kinds'] = ['title'];

const phrase = (
  pattern: RegExp,
  instead: string,
  fails: string,
  passes: string,
  kinds?: BannedPhrase['kinds'],
): BannedPhrase => ({ pattern, instead, fails, passes, ...(kinds && { kinds }) });

/** What nobody should read in Gavel, each with its replacement. */
export const bannedPhrases: readonly BannedPhrase[] = [
  phrase(/\basked for\b(?! help)/i, 'requested', 'Nothing is asked for yet.', 'Gavel asked Avery for an approval.'),
  phrase(/\bcan not\b|\bcannot\b(?! tell$)/i, 'can’t', 'You can not approve this.', 'You can’t approve this.'),
  phrase(/\bmay not\b/i, 'can’t', 'You may not approve this.', 'It may be running.'),
  phrase(/\byou may\b(?! have\b)/i, 'you can', 'You may deploy here.', 'You may have written part of this.', shown),
  phrase(/\bneed not\b/i, 'don’t have to', 'You need not stay here.', 'You don’t have to stay here.'),
  phrase(
    /\b(?:do|does|did|is|are|was|were|has|have|would|could|should) not\b/,
    'the contraction: doesn’t, isn’t, wasn’t',
    'I do not know that zone.',
    'I don’t know that zone.',
    shown,
  ),
  phrase(
    /\p{L}'\p{L}|(?<=\p{L}s)' \p{L}/u,
    'the curly apostrophe: ’',
    "You can't approve this.",
    'You can’t approve this; press ‘Approve’ or type shop’s name.',
    shown,
  ),
  phrase(
    /\bin \d+[ \u00A0](?:s|min|h|d)\b/,
    'the moment: a card isn’t drawn again while a countdown runs down',
    'One approval is needed by 15:00 (in 2 h).',
    'One approval is needed by 15:00.',
  ),
  phrase(/\bno more\b(?! than)/i, 'no longer', 'Nico has the role no more.', 'Nico no longer has the role.'),
  phrase(/\bany more\b(?! than)/i, 'anymore, or no longer', 'It is not there any more.', 'It isn’t there anymore.'),
  phrase(/\banew\b/i, 'again', 'Open the card anew.', 'Open the card again.'),
  phrase(/\bmend(?:s|ed)?\b/i, 'fix', 'Each says how to mend it.', 'I recommend a fix.'),
  phrase(
    /\b(?:a|the|this|each|one|another|\d+|among \S+) looks?\b(?! (?:like|as|up))/i,
    'a check',
    'Nothing is missing among 7 looks.',
    'Look at the log; it looks fine.',
  ),
  phrase(
    /\b(?:is|are|answers?|if|all) well\b|\bwell since\b|\bunwell\b/i,
    'healthy, unhealthy',
    'shop is well since 22:24.',
    'shop is healthy, and search as well.',
  ),
  phrase(/\bhears? of\b/i, 'is notified about', 'Deployments hears of shop.', 'Dana heard the news of shop.'),
  phrase(/\bput back\b/i, 'rolled back', 'The release was put back.', 'The release was rolled back.'),
  phrase(/(?<!first )\bserve[sd]?\b/i, 'is live, runs', '2.15.0 serves now.', 'The server runs 2.15.0.'),
  phrase(/\bin spite\b/i, 'despite; override', 'Deploy in spite of the freeze.', 'Override the freeze.'),
  phrase(/\bby (?:itself|themselves)\b/i, 'automatically', 'It comes by itself.', 'It comes automatically.'),
  phrase(
    /\bso nothing (?:was|is|will)\b/i,
    'a sentence of its own: Nothing was changed.',
    'It is taken, so nothing was changed.',
    'It is taken. Nothing was changed.',
  ),
  phrase(/\bstands?\b(?! (?:for|alone|out)\b)/i, 'is', 'The result stands below.', 'ship stands for “deploy shop”.'),
  phrase(
    /\b(?:from|of|for|by|than|to|but) (?:who|whoever) ask(?:s|ed)\b/i,
    'the requester',
    'One approval, not from who asked.',
    'Gavel tells you who asked.',
  ),
  phrase(
    /\bwhoever\b/i,
    'the person who, people who',
    'Whoever may can override it.',
    'People who can override it.',
    shown,
  ),
  phrase(
    /\b(?:comes?|came) here\b/i,
    'notifications, the name of the channel',
    'Choose what comes here.',
    'Choose the notifications for this channel.',
  ),
  phrase(/\bwhat (?:comes|came) of\b/i, 'the result', 'What came of it is below.', 'The result is below.'),
  phrase(
    /\b(?:has|have|had|their|your|its|each|the|own) say\b(?! )/i,
    'approval, vote',
    'Nobody has given their say.',
    'The people who say yes approve it.',
  ),
  phrase(
    /\b(?:a|the|no|this|which|your|their|new|own|needs?) rights?\b(?! (?:now|away|order|side|here))/i,
    'permission',
    'For freeze you need the right operate.',
    'It runs right now, on the right side.',
    shown,
  ),
  phrase(/\bonce more\b/i, 'again; for a second question, confirm', 'Look at it once more.', 'Try it again.'),
  phrase(
    /\b(?:is|are|was|were) over\b(?! (?:its|the|their|\d|a))/i,
    'has ended, has expired',
    'This preview is over.',
    'It is over its limit.',
    shown,
  ),
  phrase(/\b(?:is|are|was) watched\b/i, 'is being verified', '2.15.0 is watched.', 'Gavel verifies 2.15.0.'),
  phrase(
    /\b(?:keeps?|kept) of (?:you|people|whom)\b/i,
    'stores about',
    'What I keep of you.',
    'What Gavel stores about you.',
  ),
  phrase(/\blook at (?:this|nothing|any|shop|‹)/i, 'view', 'You can’t look at shop.', 'Look at its log.', ['sentence']),
  phrase(/[\d›]\s%/, '% without a space', '5 of 5, 100 %', '5 of 5, 100%'),
  phrase(/\bcancell(?:ed|ing)\b/i, 'canceled', 'It was cancelled.', 'It was canceled.', shown),
  phrase(
    /\b(?:somebody|anybody)\b/i,
    'someone, anyone',
    'Somebody has to check it.',
    'Someone has to check it.',
    shown,
  ),
  phrase(
    /\b(?:doesn’t|don’t|didn’t|hasn’t) answer(?:ed)?\b(?! (?:you|to|the|this|all|my|your)\b)/,
    'doesn’t respond: people answer, systems respond',
    'Jenkins didn’t answer.',
    'Jenkins didn’t respond.',
    shown,
  ),
  phrase(
    /\backnowledgements?\b(?! (?:taken back|expired)$)/i,
    'acknowledgment',
    'Remove acknowledgement',
    'Remove acknowledgment',
    shown,
  ),
  phrase(
    /\bapprovals? by (?:an?|the|Gavel|approvers|owners)\b/i,
    'approval from',
    'It needs 1 approval by an approver.',
    'It needs 1 approval from an approver by 16:00.',
    shown,
  ),
  phrase(/\bjust now\b/, 'a next step', 'Gavel couldn’t read the locks just now.', 'Try again in a minute.', shown),
  phrase(
    /\b(?:is|are) asked to (?!confirm\b)/,
    'who asks: Gavel will ask Jenkins to stop it',
    'Jenkins is asked to stop R-1001.',
    'Gavel will ask Jenkins to stop R-1001.',
    shown,
  ),
  phrase(
    /; (?:check(?! what)|run|add|give|allow|copy|let|enable|assign|correct|restore|put)\b/,
    'two sentences',
    'It can’t be reached; check the name.',
    'It can’t be reached. Check the name.',
    ['sentence'],
  ),
  phrase(
    /\b(?:app|object|tenant|client|Teams) ids?\b(?!>| of the person>)/,
    'ID',
    'Set it to the app id.',
    'Set it to the app ID.',
    shown,
  ),
  phrase(
    /(?<=[\p{L}\d’›-]), [\p{L}\d’‹›.-]+ (?:and|or) (?=[\p{L}\d‹])|, (?:an?|its|your|their) [\p{L}’-]+ (?:and|or) (?:an?|its|your|their)\b/u,
    'the serial comma: a, b, and c',
    'It deploys, restarts and rolls back.',
    'It deploys, restarts, and rolls back, for you and me.',
    shown,
  ),
  phrase(
    /\b(?:isn|wasn|aren|weren|doesn|don|didn)’t accept(?:ed)?\b(?! \S+ bytes)/,
    'who rejected it: Microsoft rejected the client secret',
    'The client secret isn’t accepted.',
    'Microsoft rejected the client secret.',
    shown,
  ),
  phrase(/\bhas happened yet\b/, 'been done yet', 'Nothing has happened yet.', 'Nothing has been done yet.', shown),
  phrase(/\bsee what is\b/, 'see what’s', 'Type `runs` to see what is left.', 'Type `runs` to see what’s left.', shown),
  phrase(
    /^\*\*[^*]+\*\*\.(?: |$)/,
    'the period inside the bold, if the whole sentence is bold',
    '**One approval is waiting for you**.',
    '**One approval is waiting for you.** Choose **Approve**.',
    shown,
  ),
  phrase(
    /\bI(?:’ll|’m|’ve|’d)? .*(?<!run )\bGavel (?:will|can|can’t|couldn’t|won’t|isn’t|has|keeps|stores)\b|(?<!run )\bGavel (?:will|can|can’t|couldn’t|won’t|isn’t|has|keeps|stores)\b.* I(?:’ll|’m|’ve|’d)? /,
    '“I” in a reply to one person, “Gavel” on a card that others read, too; never both in one text',
    'Gavel isn’t connected, so I can’t say who is on call.',
    'I’m not connected. The people who run Gavel can connect me.',
    shown,
  ),
  phrase(
    /\b(?:the|an|its|your|their|each|by) ids?\b/,
    'ID',
    'Check the id of the app.',
    'Check the ID of the app.',
    shown,
  ),
  phrase(
    /^(?:An?|Ending) [\w ]+ needs? a reason\.$/,
    'what to do: Enter a reason for the silence.',
    'A silence needs a reason.',
    'A silence needs a reason. Nothing was silenced. Type `silence A-1 because …`.',
    shown,
  ),
  phrase(
    /^(?:\*\*)?Nothing is (?:started|stopped|rolled back|restarted|granted|requested)\b/,
    'a preview in the future: Nothing will be started',
    '**Nothing is started and nothing is stopped.**',
    'Nothing will be started or stopped.',
    ['sentence'],
  ),
  phrase(
    /^[^.!?;·“”`{%]*: [^.!?;·“”`{%]*: /,
    'two sentences: one colon is enough',
    'It failed: its check says: no connection.',
    'It failed. Its check says: no connection.',
    ['sentence'],
  ),
  phrase(
    /^(?:Asked|Then|After|Afterwards|Hears|Now|Who|Does|Quiet|Follows|Zone|Rule|What of them|Number|Since)$/,
    'a label that can be understood without its value: Requested by, What happens, Health now, Can approve',
    'Then',
    'What happens next',
    alone,
  ),
  phrase(
    /^(?:OK|Yes|No|Submit|Confirm it|Do it|Leave it|Keep it|Free it|Give it|Look again|Click here)$/i,
    'a verb with its object: Deploy 2.14.0, Release lock',
    'Do it',
    'Release lock',
    alone,
  ),
];
