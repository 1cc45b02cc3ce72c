/**
 * Everything in a text that acts instead of being read: DEL, C1, line and paragraph separators, interlinear annotations,
 * and all that a font shows as nothing (UAX #44): bidi controls, zero-width characters, soft hyphens, variation
 * selectors, tags. C0 and lone surrogates are not here: `JSON.stringify` escapes them itself.
 */
const ACTIVE = /[\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu;

/** JSON text that is safe to print to a terminal; equal after parsing. Active characters occur only inside strings. */
export function inertJson(json: string): string {
  // Most text is ASCII, and this look is several times cheaper than the search.
  if (!/[^\u0000-\u007e]/.test(json)) return json;
  return json.replace(ACTIVE, (char) => {
    let escaped = '';
    for (let index = 0; index < char.length; index++) escaped += escapedUnit(char.charCodeAt(index));
    return escaped;
  });
}

/** A UTF-16 unit as JSON and JavaScript escape it. */
export function escapedUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
