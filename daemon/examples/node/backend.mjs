// A backend of a lock-session extension: it takes launches from the extension's iframe, verifies a task
// itself, and hands both to cadenced. Plain Node (18 or newer), no dependencies. Run it with
//
//   SOCKET=/run/cadenced/cadenced.sock METRIC=checkin SPOOL=./spool PORT=8080 node backend.mjs
//
// The task is a check-in: a code is shown, and must be typed within five minutes; one code, one try.
//
//   POST /launch  {"mainToken","sessionId"}, from the iframe's location.hash → {"challenge","code","expiresAt"}
//   POST /answer  {"challenge","code"} → 200 the daemon has it, 202 kept until the daemon is there, 403 wrong
//   GET  /window?challenge=…           → how far the wearer is in the current window
//
// Codes live in memory: what a restart loses is an open code, and the page launches again for a new one.
// Proofs lie in SPOOL, a file each, until the daemon has acknowledged them: none is lost.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const { SOCKET = '/run/cadenced/cadenced.sock', METRIC = 'checkin', SPOOL = './spool' } = process.env;
const PORT = Number(process.env.PORT ?? 8080);
const RETRY_MS = 1000 * Number(process.env.RETRY_SECONDS ?? 5);
const CODE_LIVES_MS = 5 * 60_000;
const FORGOTTEN_AFTER_MS = 3600_000;
const LATER = [503, { error: 'try again in a few seconds' }];

const challenges = new Map();  // name -> {sessionId, code, until, state}

// ---- The daemon

// One call to the status socket. Rejects only when the daemon cannot be reached.
function ask(method, target, body) {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const request = http.request({ socketPath: SOCKET, method, path: target, headers, timeout: 20_000 });
    request.on('timeout', () => request.destroy(new Error('the daemon does not answer')));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('error', reject);
      response.on('end', () => {
        const retryAfterMs = 1000 * Number(response.headers['retry-after'] ?? 0);
        try {
          resolve({ status: response.statusCode, retryAfterMs, json: JSON.parse(text) });
        } catch (error) { reject(error); }
      });
    });
    request.end(body);
  });
}

// A proof is a file before anything else happens to it. Its id is the challenge's, so however often it
// is handed in, it counts once; happenedAt is now, so however late it is handed in, it counts for now.
function keepProof(id, sessionId) {
  const proof = JSON.stringify({ id, sessionId, metric: METRIC, happenedAt: new Date().toISOString() });
  const file = path.join(SPOOL, `${id}.json`);
  const descriptor = fs.openSync(`${file}.new`, 'w', 0o600);
  fs.writeSync(descriptor, proof);
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
  fs.renameSync(`${file}.new`, file);
  const folder = fs.openSync(SPOOL, 'r');  // a name is safe only with its folder
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

// Hands in one kept proof. Says after how many milliseconds to try it again; 0: it is off our hands.
async function handIn(file) {
  const { status, retryAfterMs, json } = await ask('POST', '/v1/proofs', fs.readFileSync(file));
  if (status === 201 || status === 200) {  // new, or known: it is on the daemon's disk
    fs.unlinkSync(file);
    return 0;
  }
  if (status === 409 || status === 422) {  // the same again cannot succeed: a person must look
    console.error(`proof refused (${status}): ${json.detail}; see ${file}.refused`);
    fs.renameSync(file, `${file}.refused`);
    return 0;
  }
  // 404: this lock session is not enrolled yet. 503 and the like: the daemon's trouble, it will pass.
  console.error(`proof kept (${status}): ${json.detail}`);
  return retryAfterMs || RETRY_MS;
}

async function handInAll() {
  let wait = 0;
  try {
    for (const name of fs.readdirSync(SPOOL).filter((entry) => entry.endsWith('.json'))) {
      wait = Math.max(wait, await handIn(path.join(SPOOL, name)));
    }
  } catch (error) {
    console.error(`cadenced cannot be reached (${error.code ?? error.message}); proofs are kept`);
  }
  clearTimeout(timer);
  timer = setTimeout(flush, wait || RETRY_MS);
}

let timer, flushing;
function flush() {  // one at a time
  flushing ??= handInAll().finally(() => { flushing = undefined; });
  return flushing;
}

// ---- What the page asks for; each gives [status, body]

// The two values say which opened session this is, and prove nothing: neither who posts them nor that
// anything was done. The daemon checks the token with the platform itself. If it matters who types
// the code, log your wearers in. The token is not kept: if the daemon is away, the page still has it.
async function launch({ mainToken, sessionId }) {
  if (typeof mainToken !== 'string' || typeof sessionId !== 'string') {
    return [400, { error: 'mainToken and sessionId must be texts' }];
  }
  const target = `/v1/sessions/${encodeURIComponent(sessionId)}/launches`;
  const { status, json } = await ask('POST', target, JSON.stringify({ mainToken }));
  if (status !== 202) return status >= 500 ? LATER : [400, { error: json.detail }];
  flush();  // what got a 404 before may be known now
  const now = Date.now();
  for (const [name, one] of challenges) if (one.until + FORGOTTEN_AFTER_MS < now) challenges.delete(name);
  const code = String(crypto.randomInt(1_000_000)).padStart(6, '0');
  const [name, until] = [crypto.randomUUID(), now + CODE_LIVES_MS];
  challenges.set(name, { sessionId, code, until, state: 'open' });
  return [200, { challenge: name, code, expiresAt: new Date(until).toISOString() }];
}

// Only what this server knows decides; of the page's word only the typed code matters.
async function answer(name, asked, code) {
  if (asked.state === 'open') {
    const right = code === asked.code && Date.now() <= asked.until;
    if (right) keepProof(name, asked.sessionId);
    asked.state = right ? 'verified' : 'failed';
  }
  if (asked.state === 'failed') return [403, { error: 'wrong, or too late: ask for a new code' }];
  await flushing;  // one that began before our proof was there
  await flush();
  const file = path.join(SPOOL, `${name}.json`);
  if (fs.existsSync(`${file}.refused`)) {
    return [500, { error: 'the check-in could not be booked; the operator will look at it' }];
  }
  return fs.existsSync(file) ? [202, { proof: 'kept' }] : [200, { proof: 'taken' }];
}

async function currentWindow(sessionId) {
  const query = new URLSearchParams({ metric: METRIC, from: new Date().toISOString(), limit: '1' });
  const target = `/v1/sessions/${encodeURIComponent(sessionId)}/windows?${query}`;
  const { status, json } = await ask('GET', target);
  if (status >= 500) return LATER;
  const window = json.items?.[0];
  if (!window) return [404, { error: 'nothing is asked of this lock session at the moment' }];
  const { start, end, requiredCount, count, verdict } = window;
  return [200, { start, end, requiredCount, count, verdict }];
}

// ---- HTTP

async function readJson(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
    if (text.length > 65_536) throw Object.assign(new Error('too large'), { status: 413 });
  }
  try {
    const body = JSON.parse(text);
    if (body && typeof body === 'object') return body;
  } catch { /* said below */ }
  throw Object.assign(new Error('the body must be a JSON object'), { status: 400 });
}

async function route(request) {
  const url = new URL(request.url, 'http://localhost');
  const what = `${request.method} ${url.pathname}`;
  const body = request.method === 'POST' ? await readJson(request) : {};
  if (what === 'POST /launch') return launch(body);
  const name = String(body.challenge ?? url.searchParams.get('challenge'));
  const asked = challenges.get(name);
  if (asked && what === 'POST /answer') return answer(name, asked, body.code);
  if (asked && what === 'GET /window') return currentWindow(asked.sessionId);
  return [404, { error: 'no such call, or no such challenge: launch first' }];
}

fs.mkdirSync(SPOOL, { recursive: true, mode: 0o700 });
const server = http.createServer((request, response) => {
  route(request).catch((error) => {
    if (error.status) return [error.status, { error: error.message }];
    console.error(`${request.method} failed: ${error.message}`);  // a daemon that is away, above all
    return LATER;
  }).then(([status, body]) => {
    const retry = status === 503 ? { 'retry-after': '5' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...retry }).end(JSON.stringify(body));
  });
});
server.on('error', (error) => {
  console.error(`cannot listen on 127.0.0.1:${PORT} (${error.code}): end what does, or set another PORT`);
  process.exitCode = 1;
});
server.listen(PORT, '127.0.0.1', () => {  // behind your TLS proxy
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
  flush();
});
