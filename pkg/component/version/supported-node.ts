// Loaded by every Node, so that an old one gets a sentence and not a stack: no imports, and no syntax that it may lack.

/** Throws an `Error` whose message is one sentence for the user, unless this version (`process.versions.node`) is supported. */
export function assertSupportedNode(version: string): void {
  const parts = version.split('.');
  const major = Number(parts[0]);
  const minor = Number(parts[1]);
  if (major > 22 || (major === 22 && minor >= 19)) return;
  throw new Error(
    'Tributary needs Node.js 22.19 or newer, and this is ' +
      version +
      ': install a current Node.js from https://nodejs.org, or use "npm start" in a checkout, which brings its own.',
  );
}
