'use strict';
// Starts bootgate for one action: `require('../../dist/launch.cjs')('run-vm-test', 'main')`.
// It must be JavaScript, because only such actions get a `post` step and the token of the cache.

const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.dirname(__dirname);
const TARGETS = { x64: 'x86_64-unknown-linux-musl', arm64: 'aarch64-unknown-linux-musl' };
const USER = 2;
const INFRASTRUCTURE = 3;

const problem = (code, message) => Object.assign(new Error(message), { code });

// Read in pieces that stay in the processor's cache, which takes half the time of reading it whole.
function checksum(file) {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(65536);
  const input = fs.openSync(file);
  for (let size; (size = fs.readSync(input, piece)) > 0; ) hash.update(piece.subarray(0, size));
  fs.closeSync(input);
  return hash.digest('hex');
}

// The program of a release, if its bytes are those that the release was made of.
function released() {
  const target = process.platform === 'linux' ? TARGETS[process.arch] : undefined;
  if (!target) throw problem(USER, `no program for ${process.platform} on ${process.arch}: use a Linux runner, x64 or arm64`);
  const name = `bin/${target}/bootgate`;
  const wanted = JSON.parse(fs.readFileSync(path.join(__dirname, 'manifest.json'), 'utf8')).sha256?.[name];
  if (typeof wanted !== 'string') throw problem(INFRASTRUCTURE, `dist/manifest.json has no checksum of dist/${name}`);
  const program = path.join(__dirname, name);
  const found = checksum(program);
  if (found !== wanted) throw problem(INFRASTRUCTURE, `dist/${name} has the checksum ${found}, but dist/manifest.json says ${wanted}`);
  return program;
}

// The program of a checkout that is no release.
async function developed(run) {
  const given = process.env.BOOTGATE_BIN;
  const built = path.join(ROOT, 'target', 'release', 'bootgate');
  if (!given && !fs.existsSync(built)) {
    console.log('bootgate: this checkout is no release, so it is built with cargo, which takes minutes; BOOTGATE_BIN names a program that is there');
    const code = await run('cargo', ['build', '--release', '--locked', '-p', 'bootgate', '--target-dir', path.join(ROOT, 'target')], ROOT);
    if (code !== 0) throw problem(INFRASTRUCTURE, `building bootgate with cargo failed with ${code}`);
  }
  console.log(`bootgate: no release, running ${given || built}`);
  return given || built;
}

// Runs a program to its end on our own output, and gives its exit code. The runner signals only us, so we tell the program.
function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    // Before the program starts: a signal in between would end us and leave it alone.
    for (const signal of signals) process.on(signal, pass);
    const child = spawn(program, args, { cwd, stdio: 'inherit' });
    child.on('error', (error) => reject(problem(INFRASTRUCTURE, `cannot start ${program}: ${error.message}`)));
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      if (signal) reject(problem(INFRASTRUCTURE, `${path.basename(program)} was ended by ${signal}`));
      else resolve(code);
    });
  });
}

module.exports = async function launch(action, stage) {
  try {
    const program = fs.existsSync(path.join(__dirname, 'bin')) ? released() : await developed(run);
    process.exitCode = await run(program, stage === 'post' ? ['post', action] : [action]);
  } catch (error) {
    const text = `bootgate ${action}, ${stage}: ${error.message}`;
    console.log(`::error::${text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')}`);
    process.exitCode = error.code === USER ? USER : INFRASTRUCTURE;
  }
};
