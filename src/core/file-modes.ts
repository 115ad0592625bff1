const onlyOwner = 0o077;
let usualMask: number | undefined;

/** From now on, only this process's user can read the files and folders that it creates, whatever its umask was. */
export function keepFilesPrivate(): void {
  usualMask ??= process.umask(onlyOwner);
}

/** Starts other programs with Gavel's original umask: files that a deploy command creates can be meant for others. */
export function withUsualMask<T>(work: () => T): T {
  if (usualMask === undefined) return work();
  process.umask(usualMask);
  try {
    return work();
  } finally {
    process.umask(onlyOwner);
  }
}
