// node --test rotation.test.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const body = readFileSync(process.env.CERTDRILL_REQUEST); // certdrill-fixtures generate --out ...

// A simulated cluster of its own, for the time of the test `t`.
async function startCluster(t) {
  const simulator = spawn('certdrill-sim', ['--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => simulator.kill());
  const [line] = await once(createInterface(simulator.stdout), 'line'); // once every port accepts
  return JSON.parse(line);
}

// The code under test: one update, its status.
function update({ nodes, username, password, ca }) {
  return new Promise((resolve, reject) => {
    https
      .request(`${nodes[0].rest}/v1/cluster/update_cert`,
        { method: 'PUT', ca, auth: `${username}:${password}`, headers: { 'Content-Type': 'application/json' } },
        (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
      .on('error', reject)
      .end(body);
  });
}

test('a lost confirmation is 409, and the retry finishes the job', async (t) => {
  const cluster = await startCluster(t);
  await fetch(`${cluster.control}/sim/v1/drills/ack-lost`, { method: 'PUT' });
  assert.equal(await update(cluster), 409);
  assert.equal(await update(cluster), 200);
  const convergence = await fetch(`${cluster.control}/sim/v1/convergence`);
  assert.equal((await convergence.json()).converged, true);
});
