/* Runs the unit tests: each test/*.test.ts is bundled for node and given to node's own test runner. `node test.mjs [WORD]` */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url)), word = process.argv[2] ?? '';
const tests = (await readdir(join(HERE, 'test'))).filter((f) => f.endsWith('.test.ts') && f.includes(word));
const out = await mkdtemp(join(HERE, '.tests-'));
try {
  await build({ entryPoints: tests.map((f) => join(HERE, 'test', f)), outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node',
                format: 'esm', target: 'node18', external: ['esbuild', '*/build.mjs'], loader: { '.css': 'text' }, logLevel: 'error' });
  const files = tests.map((f) => join(out, f.replace(/\.ts$/, '.mjs')));
  process.exitCode = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], { stdio: 'inherit' }).status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
