import { InputError, type Place } from '../error.ts';

/** A line that ssh(1) would refuse as well. */
export function malformed(place: Place, what: string, suggestion?: string): InputError {
  const expected = 'Expected a line of ssh_config(5).';
  return new InputError('data', [{ ...place, what, expected, ...(suggestion === undefined ? {} : { suggestion }) }]);
}
