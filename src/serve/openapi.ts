// The API's description for programs, OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0).

import { fields } from './asked.js';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const png = (description: string) => ({ description, content: { 'image/png': {} } });
const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const error = (description: string) => ({ description, ...json(schema('Error')) });
const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});

const noSuchSearch = { 404: error('there is no such search, or no longer: what is over is kept for 15 minutes') };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const losses = object(
  { L2: { type: 'number' }, L1: { type: 'number' }, GEOCROSS: { type: 'number' }, TOTAL: { type: 'number' } },
  ['L2', 'TOTAL'],
);

const EVENTS =
  'Server-sent events, from the first one on or behind the one that Last-Event-ID names. The data of each is JSON: ' +
  'waiting {place}, begun {}, step {step, steps, restart, losses, lr}, notice {message}, and at the end one of ' +
  'done {best_step, restart, losses, eps, met, seconds}, failed {error}, stopped {reason}. ' +
  'A search whose last listener has left for fifteen seconds is stopped.';

/** @param version of facewright */
export function apiDescription(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'facewright serve',
      version,
      description: 'Finds faces that look like a small picture when scaled down, on this machine’s engine.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{}, { token: [] }],
    paths: {
      '/v1': {
        get: {
          summary: 'The generators with the defaults of each, the engine and the limits',
          responses: { 200: { description: 'About the server', ...json({ type: 'object' }) } },
        },
      },
      '/v1/openapi.json': {
        get: {
          summary: 'This description',
          responses: { 200: { description: 'OpenAPI 3.1', ...json({ type: 'object' }) } },
        },
      },
      '/v1/searches': { get: list(), post: ask() },
      '/v1/searches/{id}': {
        parameters: [id],
        get: {
          summary: 'How a search stands; asking keeps it going',
          responses: { 200: { description: 'The search', ...json(schema('Search')) }, ...noSuchSearch },
        },
        delete: {
          summary: 'Stops a search, and forgets it',
          responses: { 204: { description: 'It is gone' }, ...noSuchSearch },
        },
      },
      '/v1/searches/{id}/events': {
        parameters: [id, { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer' } }],
        get: {
          summary: 'What a search tells while it runs',
          responses: { 200: { description: EVENTS, content: { 'text/event-stream': {} } }, ...noSuchSearch },
        },
      },
      '/v1/searches/{id}/face.png': {
        parameters: [id],
        get: {
          summary: 'The face; with preview=true the best so far, while it is searched for',
          responses: {
            200: png('The face; when it is found, with notes of how it was made (facewright show)'),
            404: error('there is no such search, or no face yet'),
          },
        },
      },
      '/v1/searches/{id}/target.png': {
        parameters: [id],
        get: { summary: 'What is searched for', responses: { 200: png('The target'), ...noSuchSearch } },
      },
    },
    components: components(),
  };
}

function list(): object {
  const searches = object({ searches: { type: 'array', items: schema('Search') } });
  return {
    summary: 'The searches that wait, run, or are over and still kept',
    responses: { 200: { description: 'In the order in which they were asked for', ...json(searches) } },
  };
}

function ask(): object {
  const others = Object.entries(fields).map(([name, { type, says }]) => [name, { type, description: says }]);
  const picture = {
    type: 'string',
    contentMediaType: 'image/*',
    description: 'the picture, in any format that is read',
  };
  const form = { ...object({ picture, ...Object.fromEntries(others) }, ['picture']), additionalProperties: false };
  return {
    summary: 'Asks for a search, which waits for its turn',
    requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } },
    responses: {
      201: { description: 'The search; Location names it', ...json(schema('Search')) },
      400: error('the picture cannot be read, or a field cannot be'),
      413: error('the request is larger than the server takes'),
      503: error('as many searches wait as may: Retry-After says when to try again'),
    },
  };
}

function components(): object {
  const state = { type: 'string', enum: ['waiting', 'running', 'done', 'failed', 'stopped'] };
  const path = { type: 'string', format: 'uri-reference' };
  const search = {
    id: id.schema,
    state,
    last: {
      type: 'object',
      description: 'its last event, with its type',
      properties: { type: { type: 'string' }, losses },
    },
    ...{ events: path, face: path, target: path },
    warnings: { type: 'array', items: { type: 'string' }, description: 'what should be known of the target' },
  };
  return {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'where the server has a --token' } },
    schemas: {
      Error: object({ error: { type: 'string', description: 'one sentence: what is wrong, and what would do' } }),
      Search: object(search, ['id', 'state', 'last', 'events', 'face', 'target']),
    },
  };
}
