// node-redis as an application uses it: in both protocols, with the certificate verified.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(process.env.CLIENT_MODULES + '/');
const {createClient} = require('redis');
const {DATABASE_HOST, DATABASE_PORT, DATABASE_CA, DATABASE_NAME, REAL_SERVER} = process.env;

for (const RESP of [2, 3]) {
  const client = createClient({
    RESP,
    ...(REAL_SERVER ? {} : {username: 'app', password: 'secret'}),
    name: 'app',
    socket: {
      host: DATABASE_HOST, port: Number(DATABASE_PORT), tls: true, ca: readFileSync(DATABASE_CA),
      servername: DATABASE_NAME, reconnectStrategy: false,
    },
  });
  client.on('error', (error) => { throw error; });
  await client.connect();
  if (await client.ping() !== 'PONG') throw new Error('no PONG');
  if (REAL_SERVER) {
    await client.set('key', 'value');
    if (await client.get('key') !== 'value') throw new Error('another value');
  }
  await client.close();
}
console.log(`node-redis ${require('redis/package.json').version}`);
