// Bundles one program into one file: `node tools/build-one.ts ENTRY FILE`, both below the root.
//
// A process of its own, because a bundler takes some 700 MB and gives little of it back while its process lives:
// what `npm start` runs after it would carry that weight for as long as it runs.
import { bundle } from './bundle.ts';
import { root } from './run-command.ts';

const [entry, file] = process.argv.slice(2);
if (!entry || !file) throw new Error('usage: node tools/build-one.ts ENTRY FILE');
await bundle({ root, entry, file });
