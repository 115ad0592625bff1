import assert from 'node:assert/strict';
import { fileAttachments, isFileAddress } from '../../../../src/chat/teams/out/files';

describe('files in Teams', () => {
  it('are uploaded only to OneDrive and SharePoint, over https', () => {
    const teams = { local: false };
    for (const address of [
      'https://contoso-my.sharepoint.com/personal/dana/_api/v2.0/drive/items/1/uploadSession?tempauth=x',
      'https://contoso-my.sharepoint.us/upload',
    ])
      assert.equal(isFileAddress(address, teams), true, address);
    for (const address of [
      'http://contoso-my.sharepoint.com/x',
      'https://contoso-my.sharepoint.com:8443/x',
      'https://user:secret@contoso-my.sharepoint.com/x',
      'https://contoso-my.sharepoint.com.evil.example/x',
      'https://sharepoint.com@evil.example/x',
      'https://127.0.0.1/x',
      'http://169.254.169.254/latest',
      'nonsense',
      '',
    ])
      assert.equal(isFileAddress(address, teams), false, address);
    assert.equal(isFileAddress('http://127.0.0.1:3979/v3/uploads/1', { local: true }), true);
    assert.equal(isFileAddress('https://contoso-my.sharepoint.com/x', { local: true }), false);
  });

  it('are offered with a consent card and shown with an info card', () => {
    const offers = { name: 'a.csv', description: '2 entries', sizeInBytes: 10, verb: 'audits.file-csv', id: 'x' };
    assert.deepEqual(fileAttachments({ text: '', offers }).attachments, [
      {
        contentType: 'application/vnd.microsoft.teams.card.file.consent',
        name: 'a.csv',
        content: {
          description: '2 entries',
          sizeInBytes: 10,
          acceptContext: { verb: 'audits.file-csv', id: 'x', name: 'a.csv' },
          declineContext: { name: 'a.csv' },
        },
      },
    ]);
    const saved = { name: 'a.csv', contentUrl: 'https://x/a.csv', uniqueId: '1', fileType: 'csv' };
    assert.deepEqual(fileAttachments({ text: '', saved }).attachments, [
      {
        contentType: 'application/vnd.microsoft.teams.card.file.info',
        contentUrl: 'https://x/a.csv',
        name: 'a.csv',
        content: { uniqueId: '1', fileType: 'csv' },
      },
    ]);
    assert.deepEqual(fileAttachments({ text: 'words' }), {});
  });
});
