/** Explains a system failure to Gavel's administrator: one sentence with its fix. Pure. */

interface SystemError {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly port?: unknown;
  readonly address?: unknown;
}

/** The sentence for the first known failure among the error and its causes; undefined if there is none. */
export function systemProblem(error: unknown): string | undefined {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth++) {
    const sentence = sentenceFor(each as SystemError);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

function sentenceFor({ code, path, port, address }: SystemError): string | undefined {
  const where = typeof path === 'string' ? path : 'GAVEL_DATA';
  switch (String(code)) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is taken. Is Gavel already running? Set PORT and PLAYGROUND_PORT to free ports.`;
    case 'EADDRNOTAVAIL':
      return `This machine doesn’t have the address ${String(address)}. Set GAVEL_HOST to one of its addresses, or remove the setting.`;
    case 'EACCES':
    case 'EPERM':
      if (port !== undefined)
        return `Gavel isn’t allowed to listen on port ${String(port)}. Set PORT to a port above 1023.`;
      return `Gavel isn’t allowed to use ${where}. Make the user that runs Gavel the owner of that path, or set GAVEL_DATA to another folder.`;
    case 'EROFS':
      return `${where} is on a read-only file system. Set GAVEL_DATA to a writable folder.`;
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return `The disk that holds ${where} is full. Free some space, then start Gavel again.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${where} is a file, but Gavel needs a folder there. Set GAVEL_DATA to a folder.`;
    case 'EISDIR':
      return `${where} is a folder, but Gavel needs a file there. Move the folder elsewhere.`;
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open. Raise the limit (ulimit -n, or LimitNOFILE= in the systemd unit).';
    default:
      return sqliteSentence(String(code));
  }
}

function sqliteSentence(code: string): string | undefined {
  if (!code.startsWith('SQLITE_')) return undefined;
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code))
    return 'Gavel can’t write to its store, gavel.db. Make the user that runs Gavel the owner of the file and its folder, or set GAVEL_DATA to another folder.';
  if (/^SQLITE_(NOTADB|CORRUPT|FORMAT)/.test(code))
    return 'Gavel’s store, gavel.db, is damaged or isn’t a database. Restore it from a backup, or move it aside to start fresh.';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return 'Another process has locked gavel.db. Stop that process, then start Gavel again.';
  if (code.startsWith('SQLITE_IOERR'))
    return 'Gavel can’t read or write gavel.db. Check the disk and its free space, then start Gavel again.';
  return undefined;
}
