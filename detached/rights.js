'use strict';
// For a script that root starts for somebody else: it reads and writes files with that person's permissions, so that no link they create can mislead it;
// only the command itself gets root's. In any other case, these functions do nothing.

const fs = require('node:fs');

let owner;

function take({ uid, gid }) {
  process.setegid(gid);
  process.seteuid(uid);
}

/** From here on, this process has the permissions of the folder's owner. */
function asOwnerOf(folder) {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.lstatSync(folder);
  owner = { uid, gid };
  process.setgroups([]);
  take(owner);
}

/** Does this one thing with the permissions that the process was started with. */
function withFullRights(act) {
  if (!owner) return act();
  process.seteuid(0);
  process.setegid(0);
  try {
    return act();
  } finally {
    take(owner);
  }
}

module.exports = { asOwnerOf, withFullRights };
