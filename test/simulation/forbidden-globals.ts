const FORBIDDEN = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'] as const;

/**
 * Runs `work` while the ambient world is out of reach: whatever asks it for time, chance or network, throws. A run that
 * depended on it would not replay.
 */
export async function withoutAmbientWorld<T>(work: () => Promise<T>): Promise<T> {
  const { now } = Date;
  const { random } = Math;
  const globals = new Map(FORBIDDEN.map((name) => [name, globalThis[name]]));
  const RealDate = Date;
  const { stackTraceLimit } = Error;
  const forbid = (name: string) => () => {
    throw new Error(`${name} was called inside the simulation: take it from a port`);
  };
  try {
    // Errors are everyday news in here, and nobody reads where they came from.
    Error.stackTraceLimit = 0;
    Math.random = forbid('Math.random');
    for (const name of FORBIDDEN) Object.assign(globalThis, { [name]: forbid(name) });
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, parts) => (parts.length === 0 ? forbid('new Date()')() : Reflect.construct(target, parts)) as Date,
      apply: forbid('Date()'),
    });
    RealDate.now = forbid('Date.now');
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    globalThis.Date = RealDate;
    RealDate.now = now;
    Math.random = random;
    for (const [name, value] of globals) Object.assign(globalThis, { [name]: value });
  }
}
