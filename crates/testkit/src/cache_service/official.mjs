// One call of GitHub's client; its log goes to standard output, and so does the outcome.
const [packages, call, key, restoreKeys, ...paths] = process.argv.slice(1);
const cache = await import(`${packages}/@actions/cache/lib/cache.js`);
const begin = performance.now();
let outcome;
if (call === 'save') {
  const id = await cache.saveCache(paths, key);
  outcome = id < 0 ? null : String(id);
} else {
  const keys = restoreKeys.split(',').filter(Boolean);
  outcome = (await cache.restoreCache(paths, key, keys)) ?? null;
}
const seconds = (performance.now() - begin) / 1000;
console.log(`outcome: ${JSON.stringify({ outcome, seconds })}`);
