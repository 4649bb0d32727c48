/* Builds the widget: parts first (their hash goes into their names and into the loader), then the loader; with gzip copies, and with
 * the C file that holds all of them.   node build.mjs FOLDER [FILE.c]
 * Runs on Debian 12's node 18. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const PARTS = ['cards', 'overlay', 'shop', 'forward'];
const TARGET = ['es2019', 'chrome80', 'firefox78', 'safari13.1'];

/* A .css file is its text, made small: it goes into constructable style sheets. */
const styles = {
  name: 'styles',
  setup(b) {
    b.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const css = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true, target: ['chrome105', 'firefox110', 'safari16'] });
      return { contents: css.code.trim(), loader: 'text' };
    });
  },
};

async function bundle(entry, define = {}) {
  const out = await build({ entryPoints: [join(HERE, 'src', entry)], bundle: true, minify: true, format: 'iife', target: TARGET, write: false,
                            charset: 'utf8', legalComments: 'none', define, plugins: [styles], logLevel: 'error' });
  return Buffer.from(out.outputFiles[0].contents);
}

const hash = (algorithm, body, form) => createHash(algorithm).update(body).digest(form);

/* [{name, path, body, zip, etag}] with the loader first. */
export async function buildAll() {
  const files = [], known = {};
  for (const part of PARTS) {
    const body = await bundle(`parts/${part}.ts`), name = `${part}.${hash('sha256', body, 'hex').slice(0, 12)}.js`;
    known[part] = [name, `sha384-${hash('sha384', body, 'base64')}`];
    files.push({ part, name, body });
  }
  const loader = await bundle('loader.ts', { PART_FILES: JSON.stringify(known) });
  return [{ part: 'loader', name: 'v.js', body: loader }, ...files]
    .map((f) => ({ ...f, zip: gzipSync(f.body, { level: 9 }), etag: hash('sha256', f.body, 'hex').slice(0, 16) }));
}

const bytes = (body) => body.toString('hex').replace(/../g, '0x$&,').replace(/(.{125})/g, '$1\n');

function cFile(files) {
  const rows = files.map((f, i) => `    { "${f.name}", "\\"${f.etag}\\"", "\\"${f.etag}-gz\\"", body_${i}, sizeof body_${i}, zip_${i}, sizeof zip_${i} },`);
  const arrays = files.map((f, i) => `static const unsigned char body_${i}[] = {\n${bytes(f.body)}\n};\n` +
                                     `static const unsigned char zip_${i}[] = {\n${bytes(f.zip)}\n};\n`);
  return `/* Made by web/widget/build.mjs. */\n#include "api/widget_files.h"\n\n${arrays.join('')}\n` +
         `const widget_file widget_files[] = {\n${rows.join('\n')}\n};\nconst size_t n_widget_files = ${files.length};\n`;
}

async function main(folder, c) {
  const files = await buildAll();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const f of files) await writeFile(join(folder, f.name), f.body), await writeFile(join(folder, `${f.name}.gz`), f.zip);
  if (c) await writeFile(c, cFile(files));
  const sizes = Object.fromEntries(files.map((f) => [f.part, { bytes: f.body.length, gzip: f.zip.length }]));
  await writeFile(join(folder, 'sizes.json'), JSON.stringify(sizes, null, 1) + '\n');
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (!process.argv[2]) {
    console.error('usage: node build.mjs FOLDER [FILE.c]');
    process.exit(2);
  }
  await main(resolve(process.argv[2]), process.argv[3]);
}
