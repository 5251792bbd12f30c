#!/usr/bin/env node
import { assertSupportedNode } from '../../pkg/component/version/supported-node.ts';

try {
  assertSupportedNode(process.versions.node);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

// Everything else is loaded after the check, because an older Node would stumble over its syntax first.
const { enableCompileCache } = await import('node:module');
enableCompileCache?.();
const { runCLI } = await import('./cli.ts');
process.exitCode = await runCLI(process.argv.slice(2));
