import { isIPv4, isIPv6 } from 'node:net';

/**
 * What stands for a network address where addresses are counted: the address itself for IPv4, its
 * network of 64 bits for IPv6, whose customers have all of one. Anything else is one and the same.
 */
export function addressGroup(address: string): string {
  const plain = address.trim().toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (isIPv4(mapped ?? plain)) return mapped ?? plain;
  const [bare = ''] = plain.split('%');
  if (!isIPv6(bare)) return 'unknown';
  // URL writes every IPv6 address in one way, with at most one run of zeros left out.
  const written = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
