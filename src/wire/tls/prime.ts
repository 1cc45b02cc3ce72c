import { checkPrimeSync } from 'node:crypto';

/** Whether a positive number, in hex, is prime beyond reasonable doubt. One of more than 4096 bits is taken for it. */
export function isPrime(hex: string): boolean {
  // Longer ones take seconds, and a server could send any length.
  if (hex.length > 1024) return true;
  return checkPrimeSync(BigInt(`0x${hex === '' ? '0' : hex}`), { checks: 3 });
}
