/**
 * A number by which texts are told apart at a glance, for memories of long texts: V8 reads a new string to its end to
 * look it up in a map. Equal texts look alike; texts that look alike may differ, so compare them. No more than about
 * twice `samples` characters are looked at.
 */
export function lookOf(text: string, seed = 0, samples = 64): number {
  let look = (seed + text.length) | 0;
  const step = 1 + Math.floor(text.length / samples);
  for (let at = 0; at < text.length; at += step) look = (Math.imul(look, 31) + text.charCodeAt(at)) | 0;
  return look;
}
