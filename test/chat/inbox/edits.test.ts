import assert from 'node:assert/strict';
import { applyEdit } from '../../../src/chat/inbox';
import type { HandledLine } from '../../../src/chat/inbox';

describe('a line that is edited after it was sent', () => {
  const heard = (open: boolean): HandledLine => ({ personId: 'dana', line: 'first', open });
  const after = (before: HandledLine, line: string, afterMs = 5_000, personId = 'dana'): HandledLine =>
    applyEdit(before, { personId, line, afterMs });

  it('is answered again once, within a minute, if nothing came of it', () => {
    const once = after(heard(true), 'second', 60_000);
    assert.equal(once.edit?.verdict, 'answer');
    assert.equal(after(once, 'second', 90_000), once, 'the same change again is decided as before');
    const twice = after(once, 'third');
    assert.equal(twice.edit?.verdict, 'done');
    assert.equal(after(twice, 'fourth').edit?.verdict, 'nothing');
  });

  it('gets one notice if it is too late or something came of it', () => {
    const late = after(heard(true), 'second', 60_001);
    assert.equal(late.edit?.verdict, 'late');
    assert.equal(after(late, 'third').edit?.verdict, 'nothing');
    assert.equal(after(heard(false), 'second').edit?.verdict, 'done');
  });

  it('changes nothing if the words are the same or somebody else edited them', () => {
    const before = heard(true);
    assert.equal(after(before, 'first'), before);
    assert.equal(after(before, 'second', 1, 'noor'), before);
  });
});
