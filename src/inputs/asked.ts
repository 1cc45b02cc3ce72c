import type { InputKind, Place } from './error.ts';

/** One value of an option as a person wrote it, and where: in `fleetproof.yaml`, or on the command line, which is no file. */
export interface Asked {
  readonly text: string;
  readonly place: Place;
}

export function onCommandLine(texts: readonly string[]): Asked[] {
  return texts.map((text) => ({ text, place: { file: '' } }));
}

/** The kind of error that a value is which cannot be used. */
export function kindOf({ place }: Asked): InputKind {
  return place.file === '' ? 'usage' : 'config';
}
