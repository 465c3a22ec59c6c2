// As much of S3 as a store of results asks for, in memory: objects are put (once, with If-None-Match), got, headed and listed.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export class BucketServer {
  readonly objects = new Map<string, Buffer>();
  /** So many requests are answered with 503 from now on. */
  unwilling = 0;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  /** @param key the access key that is let in; any where none is given */
  static async start(key?: string): Promise<BucketServer> {
    const server = new BucketServer(key);
    // A connection that is closed while a request is on its way would be another story.
    server.#server.keepAliveTimeout = 600_000;
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  private constructor(private readonly key: string | undefined) {}

  /** What makes the SDK find it. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as { port: number };
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: this.key ?? 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, bucket, ...names] = decodeURIComponent(url.pathname).split('/');
    const name = names.join('/');
    const refuse = (status: number, code: string) => {
      const body = request.method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    };
    if (this.unwilling > 0) {
      this.unwilling--;
      refuse(503, 'SlowDown');
    } else if (this.key !== undefined && !request.headers.authorization?.includes(`Credential=${this.key}/`)) {
      refuse(403, 'InvalidAccessKeyId');
    } else if (bucket !== 'bucket') refuse(404, 'NoSuchBucket');
    else if (request.method === 'PUT') {
      const once = request.headers['if-none-match'] === '*';
      if (once && this.objects.has(name)) return refuse(412, 'PreconditionFailed');
      this.objects.set(name, Buffer.concat(parts));
      response.writeHead(200, { etag: `"${createHash('md5').update(Buffer.concat(parts)).digest('hex')}"` }).end();
    } else if (name === '') this.#list(url.searchParams, response);
    else {
      const object = this.objects.get(name);
      if (object === undefined) return refuse(404, 'NoSuchKey');
      response.writeHead(200, { 'content-length': object.length });
      response.end(request.method === 'HEAD' ? undefined : object);
    }
  }

  #list(asked: URLSearchParams, response: ServerResponse): void {
    const most = Number(asked.get('max-keys') ?? 1000);
    const after = asked.get('continuation-token') ?? '';
    const prefix = asked.get('prefix') ?? '';
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort(byName);
    const page = names.slice(0, most);
    const more = names.length > most;
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    const contents = page.map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`).join('');
    const body = `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents}</ListBucketResult>`;
    response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
  }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
