// Addresses of machines as people write them.

/** An address as the operating system takes it: one of IPv6 without the brackets that it has in URLs. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** An address as it stands in a URL. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${bareHost(host)}]` : host;
}
