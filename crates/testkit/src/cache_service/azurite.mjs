// Starts Azurite on a free port, makes a container in it, and says where, with a signature that opens all of it.
import { createRequire } from 'node:module';

const [packages, folder, ACCOUNT, KEY] = process.argv.slice(1);
const require = createRequire(`${packages}/x`);
const storage = require('@azure/storage-blob');

// In this very process, so that it ends with it. What it logs says when and where it listens.
process.argv = [
  process.execPath, 'azurite', '--blobHost', '127.0.0.1', '--blobPort', '0', '--location', folder,
  '--skipApiVersionCheck', '--disableTelemetry', '--silent',
];
const listens = new Promise((resolve) => {
  const log = console.log;
  console.log = (text) => {
    const address = /listens on (http\S+)/.exec(text);
    if (!address) return;
    console.log = log;
    resolve(address[1]);
  };
});
require(`${packages}/azurite/dist/src/blob/main.js`);

const credential = new storage.StorageSharedKeyCredential(ACCOUNT, KEY);
const service = new storage.BlobServiceClient(`${await listens}/${ACCOUNT}`, credential);
const container = service.getContainerClient('cache');
await container.create();
const permissions = storage.ContainerSASPermissions.parse('rcw');
const expiresOn = new Date(Date.now() + 3600e3);
console.log(`container: ${await container.generateSasUrl({ permissions, expiresOn })}`);
