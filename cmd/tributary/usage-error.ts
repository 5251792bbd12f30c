/** The command line, the environment or the configuration file is wrong: one sentence for the user, exit code 2. */
export class UsageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UsageError';
  }
}

/** Something that the command needs is not as it must be: one sentence for the user, exit code 1. */
export class CommandError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CommandError';
  }
}
