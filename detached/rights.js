'use strict';
// A script that root starts for somebody else: files are read and written with their rights, so that no link they plant leads it astray;
// only the command itself gets the full ones. Everywhere else these do nothing.

const fs = require('node:fs');

let owner;

function take({ uid, gid }) {
  process.setegid(gid);
  process.seteuid(uid);
}

/** From here on this process has the rights of the owner of the folder. */
function asOwnerOf(folder) {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.lstatSync(folder);
  owner = { uid, gid };
  process.setgroups([]);
  take(owner);
}

/** Does this one thing with the rights that the process was started with. */
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
