// ioredis as an application uses it: its readiness check asks INFO; the certificate is verified.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(process.env.CLIENT_MODULES + '/');
const Redis = require('ioredis');
const {DATABASE_HOST, DATABASE_PORT, DATABASE_CA, DATABASE_NAME, REAL_SERVER} = process.env;

const client = new Redis({
  host: DATABASE_HOST, port: Number(DATABASE_PORT), connectionName: 'app', retryStrategy: null, maxRetriesPerRequest: 0,
  ...(REAL_SERVER ? {} : {username: 'app', password: 'secret'}),
  tls: {ca: readFileSync(DATABASE_CA), servername: DATABASE_NAME},
});
await new Promise((ready, failed) => client.once('ready', ready).once('error', failed));
if (await client.ping() !== 'PONG') throw new Error('no PONG');
if (REAL_SERVER) {
  await client.set('key', 'value');
  if (await client.get('key') !== 'value') throw new Error('another value');
}
await client.quit();
console.log(`ioredis ${require('ioredis/package.json').version}`);
