/** What the exit status of `fleetmend` means. Documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** What was promised did not hold, or something unexpected happened. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The scenario needs something that this world does not have; nothing was played. */
  skipped: 3,
  /** Somebody has to change something first; the message says what. As EX_CONFIG of sysexits.h. */
  permanent: 78,
  interrupted: 130,
  terminated: 143,
} as const;
