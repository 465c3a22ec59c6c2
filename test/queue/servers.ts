// Servers that hold queues, started on this machine for a test: Redis and PostgreSQL as they are installed.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server of a queue. */
export interface TestServer {
  readonly url: string;
  /** Ends it in good order; what it has is kept. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Ends it, and removes what it kept. */
  close(): Promise<void>;
}

/** The servers there are, by what the queue calls them; or why one is not to be had. */
export const servers: Readonly<Record<'redis' | 'postgres', (() => Promise<TestServer>) | string>> = {
  redis: found('redis-server') === undefined ? 'there is no redis-server' : () => startRedis(),
  postgres: postgresFolder() === undefined ? 'there is no PostgreSQL' : () => startPostgres(),
};

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

function found(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** The programs of the newest PostgreSQL. */
function postgresFolder(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** A program that runs until it is ended. */
class Program {
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly words: readonly [string, ...string[]],
    private readonly port: number,
    private readonly postgres: { readonly user: number | undefined } | undefined,
  ) {}

  async start(): Promise<void> {
    const [program, ...words] = this.words;
    const user = this.postgres?.user;
    const owner = user === undefined ? {} : { uid: user, gid: user };
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], ...owner });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    // PostgreSQL listens before it lets anybody in.
    const isReady = () => this.postgres === undefined || said.includes('ready to accept connections');
    for (let tries = 0; !(isReady() && (await answers(this.port))); tries++) {
      if (child.exitCode !== null || tries > 600) throw new Error(`${program} did not start: ${said}`);
      await sleep(50);
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#child?.kill(signal);
    await this.#ended;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Redis, which keeps what it has in a file. @param password that it asks for */
export async function startRedis(password?: string): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-redis-'));
  const port = await freePort();
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  const secret = password === undefined ? [] : ['--requirepass', password];
  const program = new Program([found('redis-server')!, ...words, ...secret, '--loglevel', 'warning'], port, undefined);
  return serverOf(program, folder, `redis://127.0.0.1:${port}`, 'SIGTERM');
}

/** PostgreSQL. @param password that it asks for */
export async function startPostgres(password?: string): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-postgres-'));
  const programs = postgresFolder()!;
  const port = await freePort();
  // It does not run as root.
  const user =
    process.getuid?.() === 0 ? Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' })) : undefined;
  const owner = user === undefined ? {} : { uid: user, gid: user };
  const data = join(folder, 'data');
  mkdirSync(data);
  const secret = join(folder, 'password');
  writeFileSync(secret, `${password ?? 'unused'}\n`);
  if (user !== undefined) for (const path of [folder, data, secret]) chownSync(path, user, user);
  chmodSync(data, 0o700);
  const auth = password === undefined ? 'trust' : 'scram-sha-256';
  const made = ['-D', data, '-U', 'facewright', '-A', auth, '--pwfile', secret, '-E', 'UTF8', '--no-sync'];
  execFileSync(join(programs, 'initdb'), made, { stdio: 'pipe', ...owner });
  // It is ended in good order: nothing has to be on the disk before.
  const words = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const program = new Program([join(programs, 'postgres'), ...words], port, { user });
  const login = password === undefined ? 'facewright' : `facewright:${password}`;
  return serverOf(program, folder, `postgres://${login}@127.0.0.1:${port}/postgres`, 'SIGINT');
}

async function serverOf(program: Program, folder: string, url: string, signal: NodeJS.Signals): Promise<TestServer> {
  await program.start();
  return {
    url,
    start: () => program.start(),
    stop: () => program.stop(signal),
    close: async () => {
      await program.stop(signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
