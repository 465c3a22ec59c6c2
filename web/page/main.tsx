import { render } from 'preact';
import { BrowserBackend } from '../browser-backend.js';
import { App } from './app.js';

const place = document.querySelector('#page')!;
place.textContent = '';
render(<App backend={new BrowserBackend()} />, place);
