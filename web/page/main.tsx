import { render } from 'preact';
import { BrowserBackend } from '../browser-backend.js';
import { ServerBackend } from '../server-backend.js';
import { App } from './app.js';

// `facewright serve` says of the page that it is its own (src/serve/page.ts).
const isServed = document.documentElement.dataset.backend === 'server';
const token = /^#token=(.+)$/.exec(location.hash)?.[1];
const place = document.querySelector('#page')!;
place.textContent = '';
render(<App backend={isServed ? new ServerBackend(token) : new BrowserBackend()} />, place);
