const addressLengthMax = 254;
const localBytesMax = 64;

/** Dot-separated atoms of RFC 5321 with the letters of RFC 6531; the quoted form is not accepted. */
const localPattern = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const typedDomainPattern = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainPattern =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * The one form in which an address is stored and compared: NFKC, lower case, the domain in ASCII. Null when
 * it is no address, or when its name could be mistaken for another one (mixed scripts, look-alike letters).
 */
export function normalizeEmail(text: string): string | null {
  const folded = text.normalize("NFKC").trim().toLowerCase().normalize("NFKC");
  const at = folded.lastIndexOf("@");
  if (at < 1) return null;
  const local = folded.slice(0, at);
  const domain = asciiDomain(folded.slice(at + 1));
  if (!domain || !localPattern.test(local) || !isUnmistakable(local)) return null;
  if (new TextEncoder().encode(local).length > localBytesMax) return null;
  const address = `${local}@${domain}`;
  return address.length <= addressLengthMax ? address : null;
}

/** Every mail server understands the ASCII form, and it shows a look-alike for what it is. */
function asciiDomain(typed: string): string | null {
  if (!typedDomainPattern.test(typed)) return null;
  const url = URL.parse(`http://${typed}/`);
  return url && domainPattern.test(url.hostname) ? url.hostname : null;
}

/** Writing systems that belong together in one word; a name keeps to one of them. */
const scripts = [
  ["Cyrillic"],
  ["Greek"],
  ["Armenian"],
  ["Georgian"],
  ["Hebrew"],
  ["Arabic"],
  ["Devanagari"],
  ["Bengali"],
  ["Gujarati"],
  ["Gurmukhi"],
  ["Tamil"],
  ["Telugu"],
  ["Kannada"],
  ["Malayalam"],
  ["Sinhala"],
  ["Thai"],
  ["Lao"],
  ["Khmer"],
  ["Myanmar"],
  ["Ethiopic"],
  ["Han", "Hiragana", "Katakana"],
  ["Han", "Hangul"],
  ["Han", "Bopomofo"],
].map(
  (names) =>
    new RegExp(
      `^(?:[\\x21-\\x40\\x5b-\\x60\\x7b-\\x7e]|[${names.map((name) => `\\p{scx=${name}}`).join("")}])+$`,
      "u",
    ),
);

/** Latin letters that are more than an accent on a–z and still look like nothing else. */
const latinPattern = /^[\x21-\x7eßæœøðþłđħ]+$/;

/** Words of these letters alone read as Latin ones. */
const latinLookAlikes = /^[\x21-\x40\x5b-\x60\x7b-\x7eасԁеһіјӏорԛѕԝхуαικνορτυωχ]+$/;

function isUnmistakable(local: string): boolean {
  // A mark that does not melt into its letter (a dot over an i) is there to deceive.
  const base = /\p{M}/u.test(local) ? "" : local.normalize("NFKD").replace(/\p{M}/gu, "");
  if (latinPattern.test(base)) return true;
  return !latinLookAlikes.test(local) && scripts.some((script) => script.test(local));
}
