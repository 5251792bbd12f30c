/** Tells how long this process kept the event loop from others. */
export interface LoopWatch {
  reset(): void;
  /** Milliseconds, since the reset. */
  longest(): number;
  stop(): void;
}

/** Looks every five milliseconds. What counts is the time of the processor: waiting for one that others use is not blocking. */
export function newLoopWatch(): LoopWatch {
  let last = now();
  let longest = 0;
  const look = (): void => {
    const present = now();
    longest = Math.max(longest, Math.min(present.wall - last.wall, present.processor - last.processor));
    last = present;
  };
  const timer = setInterval(look, 5);
  return {
    reset() {
      last = now();
      longest = 0;
    },
    longest() {
      look();
      return longest;
    },
    stop: () => clearInterval(timer),
  };
}

function now(): { readonly wall: number; readonly processor: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}
