'use strict';
// Decides a run of the sandbox that waits, without Gavel, as somebody would in the tool itself.
// node decide.js <run folder> approve|reject <name> [comment]

const fs = require('node:fs');
const path = require('node:path');
const { claimJson } = require('../../detached/files.js');

const [runFolder = '', word, by = 'somebody', comment = ''] = process.argv.slice(2);
if (!['approve', 'reject'].includes(word) || !fs.existsSync(path.join(runFolder, 'approval.json'))) {
  process.stdout.write('Usage: node decide.js <folder of a run that waits> approve|reject <name> [comment]\n');
  process.exit(2);
}
const isFirst = claimJson(path.join(runFolder, 'decision.json'), {
  approves: word === 'approve',
  ...{ by, comment, at: Date.now() },
});
process.stdout.write(isFirst ? `It is decided: ${word}.\n` : 'Someone has already decided it.\n');
