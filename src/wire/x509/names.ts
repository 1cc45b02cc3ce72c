import { getPublicSuffix, parse } from 'tldts';
import { type Certificate, canonicalAddress } from './certificate.ts';

/**
 * Whether a certificate is for this DNS name or IP address (RFC 9525 §6): by its subjectAltName only, never by the
 * common name; `*` as the whole left-most label stands for exactly one label, never for part of an address, and not
 * directly below a public suffix.
 * @param name A-label or IP address without brackets, any case, one trailing dot is ignored
 */
export function namesMatch(certificate: Pick<Certificate, 'dnsNames' | 'addresses'>, name: string): boolean {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  if (isAddress(wanted)) return certificate.addresses.includes(canonicalAddress(wanted));
  return certificate.dnsNames.some((pattern) => patternMatches(pattern.replace(/\.$/, ''), wanted));
}

function patternMatches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const [label, ...rest] = pattern.split('.');
  const parent = rest.join('.');
  if (label !== '*' || parent === '' || parent.includes('*')) return false;
  if (getPublicSuffix(parent) === parent) return false;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot + 1) === parent;
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

/** True when no public certificate authority may vouch for this name: not below a public suffix, or a private address. */
export function isInternalName(name: string): boolean {
  if (isAddress(name)) {
    return /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe[89ab])/i.test(name);
  }
  return parse(name).isIcann !== true;
}
