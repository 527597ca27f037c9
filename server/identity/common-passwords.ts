/** Words that published lists of leaked passwords are made of, and that people dress up with digits and signs. */
const commonWords = new Set(
  `abc abcd abcde abcdef abcdefg abcdefgh admin administrator adminadmin alexander asdf asdfasdf asdfgh asdfghjkl
  asdfghjklqwertyuiop astra azerty azertyuiop baseball basketball batman bismillah changeit changeme charlie chocolate
  computer contraseña default demo dragon elizabeth facebook football forever freedom garfield godzilla google guest
  hello helloworld hunter iloveyou iloveyouforever internet jennifer jordan juventus letmein letmeinnow linkedin
  liverpool login lovelove manchester master metallica michael michelle microsoft midnight minecraft monday monkey
  monster motdepasse mustang nintendo nothing pass passcode passord passw passwd password passwordpassword passwort
  playstation pokemon princess qazwsx qazwsxedc qazwsxedcrfv qwer qwert qwerty qwertyqwerty qwertyui qwertyuiop
  qwertyuiopasdfghjkl qwertz qwertzuiop samsung secret secretpassword senha sergey shadow snowball soccer
  spiderman starwars startrek student summer sunday sunshine superman superuser supersecret system temp test tester
  testing testtest thunder trustno user username victoria welcome whatever william winter wordpass wolverine wolfpack
  zxcv zxcvbn zxcvbnm`.split(/\s+/),
);

/** Ways over the keyboard; a password that runs along one of them is no secret. */
const keyboardWalks = [
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "1qaz2wsx3edc4rfv5tgb6yhn",
  "zaq12wsxcde34rfvbgt5",
  "zaq1xsw2cde3vfr4bgt5",
  "1234qwerasdfzxcv",
  "12345qwertasdfg",
  "123qweasdzxc",
  "qweasdzxcrtyfghvbn",
  "147258369",
  "147852369",
  "741852963",
  "789456123",
  "1029384756",
  "abc123abc123",
];

const leetLetters: Record<string, string> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "1": "i",
  "!": "i",
  "0": "o",
  $: "s",
  "5": "s",
};

/** Whether a guesser would try it among the first: common words in fancy dress, runs, repetitions, keyboard walks. */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize("NFKC").toLowerCase();
  return isRepetition(text) || isRun(text) || isWalk(text) || isDressedWord(text);
}

function isRepetition(text: string): boolean {
  if (new Set(text).size <= 3) return true;
  const unit = /^(.{1,7}?)\1+(.{0,6})$/su.exec(text);
  return unit !== null && (unit[1] ?? "").startsWith(unit[2] ?? "");
}

/** Each character the next one (or the one before) of the last, with a little around it: zyxwvutsrq, 123456789a. */
function isRun(text: string): boolean {
  const digits = text.replace(/^\D{0,4}/, "").replace(/\D{0,4}$/, "");
  return isPureRun(text) || (digits.length >= 6 && isPureRun(digits));
}

function isPureRun(text: string): boolean {
  const ascending = "01234567890123456789";
  const alphabet = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
  const counting = Array.from({ length: 40 }, (_, index) => index + 1).join("");
  const pairs = "11223344556677889900";
  return [ascending, alphabet, counting, pairs].some(
    (row) => row.includes(text) || row.includes(Array.from(text).toReversed().join("")),
  );
}

function isWalk(text: string): boolean {
  const core = text.replace(/[^\p{L}\p{N}]+$/u, "");
  return keyboardWalks.some((walk) => {
    const shared = commonStart(walk, core);
    return shared >= 9 && core.length - shared <= 4;
  });
}

function commonStart(walk: string, text: string): number {
  let length = 0;
  while (length < text.length && walk[length] === text[length]) length++;
  return length;
}

/** "P@ssw0rd2024!" is "password". The dress is digits and signs at either end, and letters written as signs. */
function isDressedWord(text: string): boolean {
  const undressed = text.replace(/^[\d\W_]+/u, "").replace(/[\d\W_]+$/u, "");
  const sparing = text.replace(/[^\p{L}\p{N}@$]+$/u, "").replace(/\d+$/u, "");
  const candidates = [undressed, withoutLeet(undressed), withoutLeet(sparing), withoutLeet(text)];
  return candidates.some((word) => commonWords.has(word.replace(/[^\p{L}]/gu, "")));
}

function withoutLeet(text: string): string {
  return Array.from(text, (char) => leetLetters[char] ?? char).join("");
}
