// What apt can install for us. What gives a Linux without a usable GPU an adapter: Mesa's lavapipe, 24 or later. Debian 12's own 22.3 is refused by
// Dawn, so there it comes from the backports, on the mirror that this machine's apt uses already.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];
const SOURCES = '/etc/apt/sources.list.d/facewright-backports.sources';
const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const APT_GET = ['apt-get', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];

/** First releases whose own Mesa is new enough. */
const DEBIAN_WITH_MESA_24 = 13;
const UBUNTU_WITH_MESA_24 = 24.04;

/** Reads the package lists; in a container there are none before that, and then apt does not tell what it would read. */
export const updateLists = [...APT_GET, 'update'];

/** What compiles the native engine. */
export const compilerPackages = [...APT_GET, 'install', '-y', '--no-install-recommends', 'g++', 'cmake', 'make'];

/** What the gallery's pages are tested in. */
export const browserPackages = [...APT_GET, 'install', '-y', '--no-install-recommends', 'chromium'];

/**
 * @param {(command: readonly string[]) => Promise<string>} ask runs a command and returns what it prints
 * @param {() => Promise<void>} update runs `updateLists`, if that may be done
 * @returns {Promise<{ commands: { what: string, before?: () => void, command: string[], undo?: () => void }[], advice: string }>}
 *   what root can run to get a driver (nothing where we do not know), and the sentence for those who are not root
 */
export async function adapterPlan(ask, update) {
  if (process.platform !== 'linux') return { commands: [], advice: 'Update the graphics driver.' };
  const system = osRelease();
  const version = Number(system.VERSION_ID ?? Number.POSITIVE_INFINITY);
  const { ID: id } = system;
  const plain =
    (id === 'ubuntu' && version >= UBUNTU_WITH_MESA_24) || (id === 'debian' && version >= DEBIAN_WITH_MESA_24);
  const backports = id === 'debian' && version === DEBIAN_WITH_MESA_24 - 1;
  if (!(plain || backports) || !existsSync('/usr/bin/apt-get')) return unknown();
  await update();
  return plain ? fromDistribution() : fromBackports(system.VERSION_CODENAME, ask);
}

function unknown() {
  return {
    commands: [],
    advice:
      "Install the GPU's Vulkan driver, or for a computer without a GPU Mesa's lavapipe, 24 or later: " +
      'mesa-vulkan-drivers on Debian 13, Ubuntu 24.04 or Fedora, vulkan-swrast on Arch; then vulkan-icd-loader or libvulkan1.',
  };
}

function fromDistribution() {
  const install = ['install', '-y', '--no-install-recommends', ...PACKAGES];
  return {
    commands: [{ what: 'installing mesa-vulkan-drivers', command: [...APT_GET, ...install] }],
    advice: `Type: sudo apt-get update && sudo apt-get install ${PACKAGES.join(' ')}`,
  };
}

/** @param {string} codename of the release, for example bookworm */
async function fromBackports(codename, ask) {
  const suite = `${codename}-backports`;
  const install = ['install', '-y', '--no-install-recommends', '-t', suite, ...PACKAGES];
  const forPeople = `sudo apt-get update && sudo apt-get install -t ${suite} ${PACKAGES.join(' ')}`;
  const installing = { what: `installing mesa-vulkan-drivers from ${suite}`, command: [...APT_GET, ...install] };
  const targets = await indexTargets(ask);
  if (targets.some(({ Release }) => Release === suite)) {
    return { commands: [installing], advice: `Type: ${forPeople}` };
  }
  const own = targets.find(({ Release, Component }) => Release === codename && Component === 'main');
  if (!own) return { commands: [], advice: `Add ${suite} to apt's sources, then type: ${forPeople}` };
  const uri = own['Repo-URI'];
  const keyring = signedBy(own.Sourcesentry) ?? (existsSync(DEBIAN_KEYRING) ? DEBIAN_KEYRING : undefined);
  const adding = {
    what: `adding ${suite} to apt's sources`,
    before() {
      const lines = ['# Added by facewright: Mesa of 24 or later.', 'Types: deb', `URIs: ${uri}`, `Suites: ${suite}`];
      lines.push('Components: main', ...(keyring === undefined ? [] : [`Signed-By: ${keyring}`]));
      writeFileSync(SOURCES, `${lines.join('\n')}\n`);
    },
    command: updateLists,
    undo: () => rmSync(SOURCES, { force: true }),
  };
  const option = keyring === undefined ? '' : `[signed-by=${keyring}] `;
  return {
    commands: [adding, installing],
    advice: `Type: echo "deb ${option}${uri} ${suite} main" | sudo tee ${SOURCES.replace('.sources', '.list')} && ${forPeople}`,
  };
}

/** apt's index targets: a record for every repository that it is configured to use. */
async function indexTargets(ask) {
  const text = await ask(['apt-get', 'indextargets', 'Created-By: Packages']);
  return text.split('\n\n').map((record) =>
    Object.fromEntries(
      record
        .split('\n')
        .map((line) => line.split(/: (.*)/s))
        .filter(([, value]) => value !== undefined),
    ),
  );
}

/** The keyring of the entry of apt's sources that a target came from: `/etc/apt/sources.list.d/debian.sources:1`. */
function signedBy(entry) {
  const [path, number] = (entry ?? '').split(/:(?=\d+$)/);
  if (!path || !existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.sources')) {
    const stanzas = text
      .replace(/^#.*\n/gm, '')
      .split(/\n\s*\n/)
      .filter((stanza) => stanza.trim() !== '');
    return /^Signed-By:\s*(\/\S+)/im.exec(stanzas[Number(number) - 1] ?? '')?.[1];
  }
  return /signed-by=(\/[^\s\],]+)/i.exec(text.split('\n')[Number(number) - 1] ?? '')?.[1];
}

/** /etc/os-release as an object. */
function osRelease() {
  const path = '/etc/os-release';
  if (!existsSync(path)) return {};
  const pairs = readFileSync(path, 'utf8').matchAll(/^(\w+)="?([^"\n]*)"?$/gm);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value]));
}
