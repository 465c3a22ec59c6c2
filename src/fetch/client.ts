/** Questions over HTTP. undici does the work: proxies, redirects, timeouts. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { FacewrightError } from '../errors.js';
import { shownAddress } from './address.js';
import { networkFailure } from './failures.js';
import type { Patience } from './patience.js';

/** Google Drive takes three. */
const MOST_REDIRECTS = 10;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from, after all redirects. */
  readonly url: URL;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Asks servers for files, by way of the proxies that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, in small letters
 * too). Close it when done.
 */
export class Client {
  private constructor(
    private readonly request: typeof import('undici').request,
    private readonly agent: EnvHttpProxyAgent,
    private readonly dispatcher: Dispatcher,
    private readonly timeouts: { readonly headersTimeout: number; readonly bodyTimeout: number },
  ) {}

  /** @throws FacewrightError when a proxy of the environment is none */
  static async open({ answerMs, stallMs }: Pick<Patience, 'answerMs' | 'stallMs'>): Promise<Client> {
    const proxies = proxiesOf(process.env);
    // Loaded when something is fetched: it takes a quarter of a second, which nothing else is to wait for.
    const { EnvHttpProxyAgent, interceptors, request } = await import('undici');
    const agent = new EnvHttpProxyAgent({
      ...proxies,
      proxyTunnel: false, // what is not encrypted goes to the proxy as it is: many open tunnels for https alone
      connect: { timeout: answerMs },
    });
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MOST_REDIRECTS }));
    return new Client(request, agent, dispatcher, { headersTimeout: answerMs, bodyTimeout: stallMs });
  }

  /**
   * Asks for what is at an address. Its user name and password go to its own server alone.
   *
   * @throws PassingFailure or FacewrightError when no answer comes, or one by way of http after https
   */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer> {
    const { bare, authorization } = withoutCredentials(url);
    const shown = shownAddress(url);
    try {
      const answer = await this.request(bare, {
        dispatcher: this.dispatcher,
        signal,
        ...this.timeouts,
        headers: { 'user-agent': 'facewright', 'accept-encoding': 'identity', ...authorization, ...headers },
      });
      answer.body.on('error', () => {}); // whoever reads it is told; one that is left unread must not end the process
      const way = (answer.context as { history?: URL[] } | undefined)?.history ?? [];
      const last = way.at(-1) ?? bare;
      if (way.some(({ protocol }) => protocol === 'https:') && last.protocol === 'http:') {
        throw new FacewrightError(`${shown}: is sent on to ${last.host} without encryption; look for another address`);
      }
      return { status: answer.statusCode, headers: answer.headers, url: last, body: told(answer.body, shown) };
    } catch (error) {
      throw error instanceof FacewrightError ? error : networkFailure(shown, error);
    }
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** A body whose errors are ours. */
async function* told(body: AsyncIterable<Uint8Array>, shown: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkFailure(shown, error);
  }
}

function withoutCredentials(url: URL): { bare: URL; authorization: Record<string, string> } {
  const bare = new URL(url);
  const { username, password } = bare;
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  if (username === '' && password === '') return { bare, authorization: {} };
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { bare, authorization: { authorization: `Basic ${pair.toString('base64')}` } };
}

/** The proxies of an environment; as other programs do, `host:port` is taken for one that is spoken to in HTTP. */
function proxiesOf(environment: NodeJS.ProcessEnv): { httpProxy?: string; httpsProxy?: string } {
  const proxy = (name: string): string | undefined => {
    const given = environment[name] ?? environment[name.toUpperCase()];
    if (given === undefined || given.trim() === '') return undefined;
    const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
    if (!URL.canParse(text)) {
      throw new FacewrightError(`${name.toUpperCase()}: is no proxy's address such as http://host:8080`);
    }
    return text;
  };
  const [httpProxy, httpsProxy] = [proxy('http_proxy'), proxy('https_proxy')];
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
  };
}
